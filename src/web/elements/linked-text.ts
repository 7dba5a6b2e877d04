// A text whose links can be followed, and whose mentions are marked.

import { make } from './dom.ts'

/** @param parts as `splitLinks` gives them; `href` is null for a part that is no link */
export function linkedText(
  parts: readonly { text: string; href: string | null }[],
): (HTMLElement | string)[] {
  return parts.map(({ text, href }) => (href === null ? text : linkElement(href, text)))
}

export type MessagePart =
  | { readonly text: string; readonly href: string }
  | { readonly text: string; readonly mention: string | null }

/** @param parts as `splitLinks` and `splitMentions` give them */
export function messageText(parts: readonly MessagePart[]): (HTMLElement | string)[] {
  return parts.map((part) => {
    if ('href' in part) return linkElement(part.href, part.text)
    return part.mention === null ? part.text : make('bdi', { class: 'mention' }, part.text)
  })
}

function linkElement(href: string, words: string): HTMLElement {
  const rel = 'noopener noreferrer nofollow'
  return make('a', { href, rel, target: '_blank', title: href, dir: 'ltr' }, words)
}
