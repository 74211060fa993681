/** The rules of a new password that can be checked here; the server has a list of common ones besides. */
export function passwordFault(password: string): "required" | "short" | null {
  if (password === "") return "required";
  return password.length < 8 ? "short" : null;
}

export const EMAIL = /^[^@\s]+@[^@\s]+$/;
