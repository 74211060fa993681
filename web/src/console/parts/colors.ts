/** Words that warn or tell of danger: 4.5:1 and more on the page and on cards, in both schemes (WCAG 2.2, 1.4.3). */
export const DANGER_TEXT = "light-dark(#c92a2a, #ff8787)";
export const WARNING_TEXT = "light-dark(#a8380a, #ffa94d)";
