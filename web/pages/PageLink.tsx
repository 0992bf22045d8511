// A link to a page of the app: a real link, followed without loading the app anew.
import { useRouter } from "@tanstack/react-router";
import { type MouseEvent, type ReactNode, useCallback } from "react";

/** What a link is made of; `href` comes from paths. */
export interface PageLinkProps {
  readonly href: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly title?: string;
  readonly tabIndex?: number;
  readonly current?: boolean;
}

/** Whether a click asks for more than following the link here: another tab, a download. */
function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

/** Draws the link. */
export function PageLink({ href, children, className, title, tabIndex, current }: PageLinkProps): ReactNode {
  const router = useRouter();
  return (
    <a
      href={href}
      className={className}
      title={title}
      tabIndex={tabIndex}
      aria-current={current === true ? "page" : undefined}
      onClick={(event) => {
        if (event.defaultPrevented || !isPlainClick(event)) return;
        event.preventDefault();
        router.history.push(href);
      }}
    >
      {children}
    </a>
  );
}

/** @returns a function that goes to a page: as a new entry of the history, or in place of the current one */
export function useGoTo(): (href: string, options?: { replace: boolean }) => void {
  const { history } = useRouter();
  return useCallback(
    (href, options) => (options?.replace === true ? history.replace(href) : history.push(href)),
    [history],
  );
}
