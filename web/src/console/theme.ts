import { Badge, createTheme, type MantineColorsTuple, Menu, Table } from "@mantine/core";
import i18next from "i18next";

// The ten shades of the accent of web/pages/site.css.
const TEAL: MantineColorsTuple = [
  "#e6f6f3",
  "#d3e9e5",
  "#a5d3cb",
  "#74bcb0",
  "#4ba898",
  "#309b8a",
  "#1f8f7f",
  "#0f766e",
  "#0b6560",
  "#065450",
];

// Its greys have a little of the accent, as in web/pages/site.css: 7 is paper, 6 is what one writes on.
const DARK: MantineColorsTuple = [
  "#d3dcd9",
  "#b9c4c0",
  "#8f9c97",
  "#67756f",
  "#374743",
  "#2b3834",
  "#1e2a27",
  "#141e1c",
  "#101817",
  "#0c1211",
];

export const theme = createTheme({
  primaryColor: "opora",
  colors: { opora: TEAL, dark: DARK },
  // In both schemes: what is written on a filled button is chosen once, for the light one.
  primaryShade: 7,
  autoContrast: true,
  // Below it white words have the contrast of WCAG 2.2, 1.4.3 (4.5:1); above it black ones do.
  luminanceThreshold: 0.18,
  defaultRadius: "md",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    // As people write: capitals throughout are slow to read, in Kazakh above all.
    Badge: Badge.extend({ defaultProps: { tt: "none" } }),
    // Crosses of windows, drawers, notices: a name for those who do not see them, in the language of the moment.
    CloseButton: { defaultProps: () => ({ "aria-label": i18next.t("shell:close") }) },
    InputClearButton: { defaultProps: () => ({ "aria-label": i18next.t("shell:clear") }) },
    Table: Table.extend({ defaultProps: { highlightOnHoverColor: "var(--opora-hover)" } }),
    // A thing that takes the focus and is no item may not stand in a menu (WAI-ARIA 1.2, 6.6).
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
  },
});
