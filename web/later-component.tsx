// Components whose code comes when they are first drawn, and comes again after it could not be had. Not by Suspense:
// React shows what was waited for only 300 ms after it began to wait, however soon it came.
import { type ComponentType, type ReactNode, useSyncExternalStore } from "react";
import { unreachable } from "./api.ts";

/** What there is of a component's code. */
type Code<P> =
  | { readonly kind: "absent" }
  | { readonly kind: "here"; readonly Component: ComponentType<P> }
  | { readonly kind: "failed"; readonly problem: Error };

const ABSENT = { kind: "absent" } as const;

const failed = new Set<() => void>();

/** Lets code that could not be had be asked for once more. */
export function forgetFailedCode(): void {
  for (const forget of failed) forget();
  failed.clear();
}

/**
 * @param load brings the component's code
 * @returns a component that draws nothing until its code has come, and throws the problem of an absent server if it cannot
 */
export function laterComponent<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => ReactNode {
  let code: Code<P> = ABSENT;
  let asked = false;
  const listeners = new Set<() => void>();

  const become = (next: Code<P>): void => {
    code = next;
    for (const listener of listeners) listener();
  };

  async function ask(): Promise<void> {
    if (asked) return;
    asked = true;
    try {
      become({ kind: "here", Component: await load() });
    } catch (error) {
      failed.add(() => {
        asked = false;
        code = ABSENT;
      });
      become({ kind: "failed", problem: unreachable(error) });
    }
  }

  // being drawn is being asked for
  const subscribe = (listener: () => void): (() => void) => {
    listeners.add(listener);
    void ask();
    return () => listeners.delete(listener);
  };

  return function Later(props: P): ReactNode {
    const now = useSyncExternalStore(subscribe, () => code);
    if (now.kind === "failed") throw now.problem;
    return now.kind === "here" ? <now.Component {...props} /> : null;
  };
}
