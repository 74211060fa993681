/** The rules of a new password that can be checked here; the server has a list of common ones besides. */
export function passwordFault(password: string): "required" | "short" | "mixed" | null {
  if (password === "") return "required";
  if (password.length < 8) return "short";
  return /\p{L}/u.test(password) && /\p{Nd}/u.test(password) ? null : "mixed";
}

export const EMAIL = /^[^@\s]+@[^@\s]+$/;
