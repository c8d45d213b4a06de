// again: a live part that could not be fetched is asked for again until it can
// be: the news of it came once.
const stream = document.getElementById("live");
const most = 30_000; // ms between two tries
const failed = new Map(); // topic: tries so far

// The topic is the first word of what makes a part ask
const topicOf = ({ sourceElement: part }) => {
  const trigger = part?.getAttribute?.("hx-trigger") ?? "";
  return part !== stream && trigger.includes("from:#live") ? trigger.split(" ")[0] : "";
};
const ask = (topic) => failed.has(topic) && stream?.dispatchEvent(new CustomEvent(topic));

function later(topic) {
  if (!topic) return;
  const n = failed.get(topic) ?? 0;
  failed.set(topic, n + 1);
  setTimeout(ask, Math.min(most, 500 * 2 ** n) * (1 + Math.random()), topic);
}

document.addEventListener("htmx:error", ({ detail: { ctx } }) => ctx && later(topicOf(ctx)));
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status >= 500 || ctx.response.status === 429) later(topicOf(ctx));
});
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.response.status < 400) failed.delete(topicOf(ctx));
});
window.addEventListener("online", () => [...failed.keys()].forEach(ask));
