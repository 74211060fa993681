import { Flame, Globe, KeyRound, type LucideIcon, MessageCircle, Monitor, Package, Turtle } from "lucide-react";

/** The names that services/categories.toml gives to the categories that every company begins with. */
export const NAMES: Record<string, string[]> = {
  system_down: ["Система недоступна", "Жүйе қолжетімсіз", "System down"],
  performance_issue: ["Медленная работа", "Баяу жұмыс", "Performance issue"],
  password_reset: ["Сброс пароля", "Құпиясөзді қалпына келтіру", "Password reset"],
  software_installation: ["Установка программ", "Бағдарламаларды орнату", "Software installation"],
  hardware_issue: ["Неисправность оборудования", "Жабдық ақауы", "Hardware issue"],
  network_issue: ["Проблемы с сетью", "Желі мәселелері", "Network issue"],
  other: ["Другое", "Басқа", "Other"],
};

/** Drawn for them: not every machine has a font with the signs that the server gives. */
const ICONS: Record<string, [sign: string, icon: LucideIcon]> = {
  system_down: ["🔥", Flame],
  performance_issue: ["🐢", Turtle],
  password_reset: ["🔑", KeyRound],
  software_installation: ["📦", Package],
  hardware_issue: ["🖥️", Monitor],
  network_issue: ["🌐", Globe],
  other: ["💬", MessageCircle],
};

interface Named {
  key?: string | null;
  name: string;
}

/** Whether a built-in one is called as it was at the beginning: then each reader may be told it in their language. */
export const keepsName = ({ key, name }: Named): boolean => Boolean(key && NAMES[key]?.includes(name));

/** The picture of a built-in category that has kept its sign. */
export function iconOf({ key, icon }: { key: string | null; icon: string }): LucideIcon | null {
  const [sign, drawn] = (key && ICONS[key]) || [];
  return drawn && sign === icon ? drawn : null;
}
