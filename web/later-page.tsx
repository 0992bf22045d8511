// Pages whose code comes when they are first looked at, and comes again after it could not be had.
import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import { unreachable } from "./api.ts";

const failed = new Set<() => void>();

/** Lets pages whose code could not be had be asked for once more. */
export function forgetFailedPages(): void {
  for (const again of failed) again();
  failed.clear();
}

/**
 * @param load brings the page's code
 * @returns a component that draws the page when its code has come, and throws the problem of an absent server else
 */
export function laterPage<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => ReactNode {
  const make = () =>
    lazy(async () => {
      try {
        return { default: await load() };
      } catch (error) {
        failed.add(() => {
          Page = make();
        });
        throw unreachable(error);
      }
    });
  let Page = make();
  return function Later(props: P): ReactNode {
    const Now = Page as ComponentType<P>;
    return (
      <Suspense>
        <Now {...props} />
      </Suspense>
    );
  };
}
