// `npm run docs`: writes docs/cli.md anew.
import { writeFileSync } from "node:fs";
import { cliDocument } from "./cli-document.ts";

const { markdown } = await cliDocument();
writeFileSync(new URL("../../docs/cli.md", import.meta.url), markdown);
