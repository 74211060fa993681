const en = {
  title: "Support chat",
  open: "Open the chat",
  close: "Close the chat",
  unread_one: "{n} new message",
  unread_other: "{n} new messages",
  log: "Messages",
  greeting:
    "Hello! Ask your question: I answer from the knowledge base and show the source. If I cannot help, I will call a person.",
  you: "You",
  assistant: "Assistant",
  operator: "Operator",
  message: "Your message",
  placeholder: "Message…",
  send: "Send",
  attach: "Attach a file",
  remove: "Remove {name}",
  uploading: "Uploading {name}, {n}%",
  sources_one: "{n} source",
  sources_other: "{n} sources",
  writing: "{name} is writing…",
  person: "Call a person",
  waiting: "Calling a person",
  place: "You are number {n} in the queue.",
  wait_one: "The wait is usually up to {n} minute.",
  wait_other: "The wait is usually up to {n} minutes.",
  withdraw: "Never mind",
  with: "{name} is answering you",
  with_nobody: "An operator is answering you",
  connecting: "Connecting…",
  offline: "No connection. What you write is kept and sent once it is back.",
  unavailable: "The chat is not available on this page at present.",
  loading: "Loading…",
  retry: "Try again",
  pending: "Will be sent",
  failed: "Not sent",
  discard: "Discard",
  too_large: "{name} is too large: at most {n} MB.",
  unsupported: "Files like {name} are not accepted.",
  too_many: "Too many files for now. Try again in a few minutes.",
  upload_failed: "{name} could not be uploaded.",
  busy: "Too many requests. Try again in a minute.",
  went_wrong: "Something went wrong. Try again.",
  today: "Today",
  powered: "Runs on Opora",
};

export type Texts = typeof en;
export type Key = { [K in keyof Texts]: K extends `${infer B}_${"one" | "other"}` ? B : K }[keyof Texts];

const ru: Texts & Record<string, string> = {
  title: "Чат поддержки",
  open: "Открыть чат",
  close: "Закрыть чат",
  unread_one: "{n} новое сообщение",
  unread_few: "{n} новых сообщения",
  unread_other: "{n} новых сообщений",
  log: "Сообщения",
  greeting:
    "Здравствуйте! Задайте вопрос: отвечу по базе знаний и покажу источник. Если не смогу помочь, позову человека.",
  you: "Вы",
  assistant: "Ассистент",
  operator: "Оператор",
  message: "Ваше сообщение",
  placeholder: "Сообщение…",
  send: "Отправить",
  attach: "Прикрепить файл",
  remove: "Убрать {name}",
  uploading: "Загружаем {name}, {n}%",
  sources_one: "{n} источник",
  sources_few: "{n} источника",
  sources_other: "{n} источников",
  writing: "{name} печатает…",
  person: "Позвать человека",
  waiting: "Зовём человека",
  place: "Вы в очереди под номером {n}.",
  wait_one: "Обычно ждут до {n} минуты.",
  wait_few: "Обычно ждут до {n} минут.",
  wait_other: "Обычно ждут до {n} минут.",
  withdraw: "Уже не нужно",
  with: "Вам отвечает {name}",
  with_nobody: "Вам отвечает оператор",
  connecting: "Подключаемся…",
  offline: "Нет связи. Всё, что вы напишете, сохранится и уйдёт, когда она появится.",
  unavailable: "Сейчас чат на этой странице недоступен.",
  loading: "Загружаем…",
  retry: "Повторить",
  pending: "Будет отправлено",
  failed: "Не отправлено",
  discard: "Удалить",
  too_large: "Файл {name} слишком большой: не более {n} МБ.",
  unsupported: "Файлы такого вида не принимаются: {name}.",
  too_many: "Пока слишком много файлов. Попробуйте через несколько минут.",
  upload_failed: "Не удалось загрузить {name}.",
  busy: "Слишком много запросов. Попробуйте через минуту.",
  went_wrong: "Что-то пошло не так. Попробуйте ещё раз.",
  today: "Сегодня",
  powered: "Работает на Opora",
};

const kk: Texts = {
  title: "Қолдау чаты",
  open: "Чатты ашу",
  close: "Чатты жабу",
  unread_one: "{n} жаңа хабарлама",
  unread_other: "{n} жаңа хабарлама",
  log: "Хабарламалар",
  greeting:
    "Сәлеметсіз бе! Сұрағыңызды қойыңыз: білім қорына сүйеніп жауап беремін, дереккөзін де көрсетемін. Көмектесе алмасам, адамды шақырамын.",
  you: "Сіз",
  assistant: "Көмекші",
  operator: "Оператор",
  message: "Хабарламаңыз",
  placeholder: "Хабарлама…",
  send: "Жіберу",
  attach: "Файл тіркеу",
  remove: "{name} файлын алып тастау",
  uploading: "{name} жүктелуде, {n}%",
  sources_one: "{n} дереккөз",
  sources_other: "{n} дереккөз",
  writing: "{name} жазып жатыр…",
  person: "Адамды шақыру",
  waiting: "Адамды шақырып жатырмыз",
  place: "Кезектегі нөміріңіз: {n}.",
  wait_one: "Әдетте {n} минутқа дейін күтеді.",
  wait_other: "Әдетте {n} минутқа дейін күтеді.",
  withdraw: "Енді керек емес",
  with: "Сізге {name} жауап береді",
  with_nobody: "Сізге оператор жауап береді",
  connecting: "Қосылуда…",
  offline: "Байланыс жоқ. Жазғаныңыз сақталады, байланыс қалпына келгенде жіберіледі.",
  unavailable: "Қазір бұл бетте чат қолжетімсіз.",
  loading: "Жүктелуде…",
  retry: "Қайталау",
  pending: "Кейін жіберіледі",
  failed: "Жіберілмеді",
  discard: "Жою",
  too_large: "{name} файлы тым үлкен: {n} МБ-тан аспауы керек.",
  unsupported: "Мұндай файлдар қабылданбайды: {name}.",
  too_many: "Әзірге файл тым көп. Бірнеше минуттан кейін қайталап көріңіз.",
  upload_failed: "{name} файлын жүктеу мүмкін болмады.",
  busy: "Сұрау тым көп. Бір минуттан кейін қайталап көріңіз.",
  went_wrong: "Бірдеңе дұрыс болмады. Қайталап көріңіз.",
  today: "Бүгін",
  powered: "Opora негізінде",
};

const ALL: Record<Language, Record<string, string>> = { ru, kk, en };
export type Language = "ru" | "kk" | "en";
export type Translate = (key: Key, values?: { n?: number; name?: string }) => string;

export function isLanguage(value: unknown): value is Language {
  return value === "ru" || value === "kk" || value === "en";
}

/** What the tag says, else the language of the page, else the first that the browser prefers and we have. */
export function chosenLanguage(given: Language | undefined): Language {
  const wanted = [given, document.documentElement.lang, ...navigator.languages];
  return wanted.map((tag) => tag?.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

export function translator(language: Language): Translate {
  const plurals = new Intl.PluralRules(language);
  const texts = ALL[language];
  return (key, values = {}) => {
    const form = values.n === undefined ? undefined : texts[`${key}_${plurals.select(values.n)}`];
    const text = form ?? texts[key] ?? texts[`${key}_other`] ?? key;
    return text.replace("{n}", String(values.n)).replace("{name}", values.name ?? "");
  };
}
