import { createTheme, type MantineColorsTuple, Menu } from "@mantine/core";

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

export const theme = createTheme({
  primaryColor: "opora",
  colors: { opora: TEAL },
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
    // A thing that takes the focus and is no item may not stand in a menu (WAI-ARIA 1.2, 6.6).
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
  },
});
