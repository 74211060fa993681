const KAZAKHSTAN_OR_RUSSIA = /^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/;

/** "+77011234567" as people read it, "+7 701 123-45-67"; numbers of other countries stay as they are. */
export function phoneText(e164: string): string {
  return e164.replace(KAZAKHSTAN_OR_RUSSIA, "+7 $1 $2-$3-$4");
}
