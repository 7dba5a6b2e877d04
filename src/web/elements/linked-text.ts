// A text whose links can be followed.

import { make } from './dom.ts'

/** @param parts as `splitLinks` gives them; `href` is null for a part that is no link */
export function linkedText(
  parts: readonly { text: string; href: string | null }[],
): (HTMLElement | string)[] {
  return parts.map(({ text, href }) => (href === null ? text : linkElement(href, text)))
}

export function linkElement(href: string, words: string): HTMLElement {
  const rel = 'noopener noreferrer nofollow'
  return make('a', { href, rel, target: '_blank', title: href, dir: 'ltr' }, words)
}
