/**
 * What was typed into a page's search. In memory alone: browsers write addresses, and the state of their history, into
 * files in the clear, and a search may be a name. By place in the history, so that coming back finds the page as it was.
 */
import { useReducer } from "react";
import { useLocation } from "react-router";

const typed = new Map<string, string>();

export function useTyped(): [string, (text: string) => void] {
  const { key } = useLocation();
  const [, redraw] = useReducer((drawn: number) => drawn + 1, 0);
  const set = (text: string) => {
    if (text === "") typed.delete(key);
    else typed.set(key, text);
    redraw();
  };
  return [typed.get(key) ?? "", set];
}
