import { createTheme, type MantineColorsTuple } from "@mantine/core";

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
  primaryShade: { light: 7, dark: 5 },
  autoContrast: true,
  defaultRadius: "md",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
});
