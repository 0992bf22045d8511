// The choice of light and dark. The page follows the system until somebody chooses.
import { type ReactNode, useState } from "react";

/** Where the choice is kept; `public/scheme.js` reads it before the first paint. */
const KEY = "tidemark-scheme";

const CHOICES = [
  { scheme: "system", name: "System" },
  { scheme: "light", name: "Light" },
  { scheme: "dark", name: "Dark" },
] as const;
type Scheme = (typeof CHOICES)[number]["scheme"];

function chosen(): Scheme {
  const scheme = document.documentElement.dataset["scheme"];
  return scheme === "light" || scheme === "dark" ? scheme : "system";
}

function choose(scheme: Scheme): void {
  const root = document.documentElement;
  if (scheme === "system") delete root.dataset["scheme"];
  else root.dataset["scheme"] = scheme;
  try {
    if (scheme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, scheme);
  } catch {
    // storage is switched off: the choice holds until the page is closed
  }
}

/** Draws the choice. */
export function SchemeChoice(): ReactNode {
  const [scheme, setScheme] = useState(chosen);
  return (
    <div className="segments" role="group" aria-label="Colours">
      {CHOICES.map((choice) => (
        <button
          key={choice.scheme}
          type="button"
          aria-pressed={scheme === choice.scheme}
          onClick={() => {
            choose(choice.scheme);
            setScheme(choice.scheme);
          }}
        >
          {choice.name}
        </button>
      ))}
    </div>
  );
}
