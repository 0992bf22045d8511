// How the page to try the API looks: Tidemark's name and a way back above Swagger UI, in the colours of the app.

/** The tide and its mark, in one colour. */
function mark(colour: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="${colour}" ` +
    'stroke-width="1.6"><path d="M1 13c3 0 3-2 6-2s3 2 6 2 3-2 6-2M1 17c3 0 3-2 6-2s3 2 6 2 3-2 6-2"/>' +
    '<path d="M1 6h18" stroke-dasharray="2.5 2"/></svg>'
  );
}

function url(svg: string): string {
  return `url("data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}")`;
}

/** The app's accent on light and on dark ground. */
const ACCENT = { light: "#0b6e8f", dark: "#5cc1e0" } as const;

// Swagger UI's own bar asks for the address of another description: there is none
const STYLE = `
body { background: #fff; }
html.dark-mode body { background: #0e1418; }
.tidemark { display: flex; gap: 16px; align-items: center; height: 48px; padding: 0 20px;
  border-bottom: 1px solid #e4e8ea; color: #5d6d7a; font: 14px Inter, system-ui, "Segoe UI", sans-serif; }
html.dark-mode .tidemark { border-color: #22303a; color: #8a9aa6; }
.tidemark .name { color: #14202a; font-weight: 650; text-decoration: none; padding-left: 28px;
  background: ${url(mark(ACCENT.light))} left center no-repeat; line-height: 24px; }
html.dark-mode .tidemark .name { color: #dbe5ea; background-image: ${url(mark(ACCENT.dark))}; }
.tidemark .back { margin-left: auto; color: ${ACCENT.light}; line-height: 24px; }
html.dark-mode .tidemark .back { color: ${ACCENT.dark}; }
.swagger-ui .topbar { display: none; }
.swagger-ui .info { margin: 24px 0; }
.swagger-ui .info hgroup.main { margin-bottom: 12px; }
`;

const SCRIPT = `
const header = document.createElement("header");
header.className = "tidemark";
for (const [className, text] of [["name", "Tidemark"], ["back", "\\u2190 Repositories"]]) {
  const link = document.createElement("a");
  link.className = className;
  link.href = "/";
  link.textContent = text;
  header.append(link);
}
header.firstChild.after("API");
document.body.prepend(header);
`;

/** What Swagger UI is given: styles and a script of their own, so that its policy stays as it is. */
export const EXPLORER_THEME = {
  title: "API · Tidemark",
  css: [{ filename: "tidemark.css", content: STYLE }],
  js: [{ filename: "tidemark.js", content: SCRIPT }],
  favicon: [
    {
      filename: "favicon.svg",
      rel: "icon",
      type: "image/svg+xml",
      sizes: "any",
      content: Buffer.from(mark(ACCENT.light)),
    },
  ],
};
