// Starts the web app.
import "./ui/base.css";
import "./ui/elements.css";
import "./pages/pages.css";
import "./pages/table-bar.css";
import "./pages/table.css";
import "./pages/files.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isBrokenLink, isOwnerLink, takeToken } from "./owner-link.ts";
import { createQueryClient } from "./queries.ts";
import { createAppRouter } from "./routes.tsx";
import { hearSession, onSession } from "./session-tabs.ts";

// before anything else: the token leaves the address bar and the history
const isBroken = isBrokenLink(window.location);
const token = takeToken(window.location, window.history);
// a link that is pasted into the page that asks for it changes only the fragment: nothing is loaded by itself
window.addEventListener("hashchange", () => {
  if (isOwnerLink(window.location) || isBrokenLink(window.location)) window.location.reload();
});
const router = createAppRouter({ token, isBroken });
const client = createQueryClient();
onSession((news) => hearSession(client, news));
const root = document.getElementById("app");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
