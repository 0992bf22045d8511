// Generated pushes of every kind: branches that grow, merge, go back, are deleted and come back.
import type { PushedRepository } from "./pushed-repository.ts";
import { pick, type Random } from "./seeded-random.ts";

const NAMES = ["main", "dev", "topic", "topic/a", "fix", "gh-pages", "trunk"];

/** What a generated step works on. */
export interface Scene {
  readonly pushed: PushedRepository;
  readonly random: Random;
  /** branches that are there */
  readonly names: readonly string[];
  /** a branch that is there */
  readonly name: string;
  /** another one, or the same where there is one only */
  readonly other: string;
  /** heads that branches had once */
  readonly past: readonly string[];
}

const clashes = (names: readonly string[], name: string): boolean =>
  names.some((other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`));
const freeName = ({ names, random }: Scene): string =>
  pick(
    random,
    [...NAMES, "spare"].filter((name) => !names.includes(name) && !clashes(names, name)),
  );

/** What is pushed, by what it is called. */
export type Moves = Readonly<Record<string, (scene: Scene) => unknown>>;

const MOVES: Moves = {
  commit: ({ pushed, name }) => pushed.commit(name),
  "two commits": ({ pushed, name }) => [pushed.commit(name), pushed.commit(name)],
  "a better value": ({ pushed, name, random }) =>
    pushed.commit(name, { files: { "metrics.json": `{"loss":${-random(40)},"score":${random(40)}}` } }),
  "a text": ({ pushed, name }) => pushed.commit(name, { files: { "metrics.json": '{"loss":"failed"}' } }),
  "remove the file": ({ pushed, name }) => pushed.commit(name, { files: { "metrics.json": null } }),
  "another file": ({ pushed, name, random }) =>
    pushed.commit(name, { files: { "eval/metrics.json": `{"score":${random(9)},"key${random(4)}":"text"}` } }),
  branch: (scene) => scene.pushed.commit(freeName(scene), { parents: [scene.pushed.head(scene.name)] }),
  root: (scene) => scene.pushed.commit(freeName(scene), { parents: [] }),
  merge: ({ pushed, name, other }) => name !== other && pushed.merge(name, other),
  octopus: ({ pushed, name, names }) => pushed.merge(name, ...names.filter((each) => each !== name).slice(0, 4)),
  foxtrot: ({ pushed, name, other }) => name !== other && pushed.foxtrot(name, other),
  "back by one": ({ pushed, name }) =>
    pushed.commit(name, { parents: [pushed.head(name)] }) && pushed.move(name, `${name}~1`),
  "to another's head": ({ pushed, name, other }) => pushed.move(name, pushed.head(other)),
  "to where one was": ({ pushed, name, past, random }) => pushed.move(name, pick(random, past)),
  rebase: ({ pushed, name, other }) => name !== other && pushed.rebase(name, other),
  delete: ({ pushed, name, names }) => names.length > 1 && pushed.remove(name),
  "come back": (scene) => scene.pushed.move(freeName(scene), pick(scene.random, scene.past)),
  rename: (scene) => scene.pushed.rename(scene.name, freeName(scene)),
  "name HEAD": ({ pushed, random }) => pushed.setHead(pick(random, NAMES)),
  tag: ({ pushed, name }) => pushed.tag("v1", pushed.head(name)),
  empty: ({ pushed, random }) => random(3) === 0 && pushed.empty(),
};
/**
 * Pushes something.
 * @param past heads that branches had once: those of now are added
 * @param more further moves
 * @returns what was done
 */
export function pushSomething(pushed: PushedRepository, random: Random, past: string[], more: Moves = {}): string {
  const moves = { ...MOVES, ...more };
  past.push(...pushed.heads().values());
  const names = [...pushed.heads().keys()];
  if (names.length === 0) {
    pushed.commit(pick(random, NAMES));
    return "fill";
  }
  const kind = pick(random, Object.keys(moves));
  moves[kind]?.({ pushed, random, names, name: pick(random, names), other: pick(random, names), past });
  return kind;
}
