// The page's own words in every language, and its limits. The page speaks the language of the conversation.

const settings = JSON.parse(document.getElementById("settings").textContent);

export const limits = { textLength: settings.textLength, fileBytes: settings.fileBytes };

export function word(key) {
  return settings.words[document.documentElement.lang][key];
}

export function speak(language) {
  if (!settings.words[language] || language === document.documentElement.lang) return;
  document.documentElement.lang = language;
  document.title = word("title");
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", word(element.dataset.label));
  for (const element of document.querySelectorAll("[data-hint]")) element.placeholder = word(element.dataset.hint);
  for (const element of document.querySelectorAll("[data-language]")) element.hidden = element.dataset.language === language;
}

// An id of the page's own for everything it sends: sent again under the same id, it counts once.
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // outside https, browsers have no randomUUID
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
