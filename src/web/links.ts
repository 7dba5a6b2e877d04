// Finds the links in a text. Only http and https, only what a URL parser accepts, and nothing that
// hides where it leads: no user names in front of the host, no invisible or reversing characters.

/** `href` is null for what is not a link. The texts together are the whole text. */
export type Piece = { readonly text: string; readonly href: string | null }

const candidate = /\bhttps?:\/\/[^\s<>"`\p{Cc}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]+/giu
const closing = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
])
const trailing = /[.,;:!?…'’”»*_~]$/u

const countOf = (text: string, sign: string): number => text.split(sign).length - 1

/** A sentence goes on after a link: its full stop is not the link's, nor a bracket it never opened. */
function trimmed(link: string): string {
  // Counted once: a text may hold thousands of brackets.
  const unopened = new Map(
    [...closing].map(([end, start]) => [end, countOf(link, end) - countOf(link, start)]),
  )
  for (let length = link.length; ; length--) {
    const last = link.charAt(length - 1)
    const surplus = unopened.get(last) ?? 0
    if (surplus > 0) unopened.set(last, surplus - 1)
    else if (!trailing.test(last)) return link.slice(0, length)
  }
}

function hrefOf(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { protocol, username, password, href } = new URL(text)
  const plain = username === '' && password === ''
  return plain && (protocol === 'https:' || protocol === 'http:') ? href : null
}

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let done = 0
  for (const { 0: found, index } of text.matchAll(candidate)) {
    const link = trimmed(found)
    const href = hrefOf(link)
    if (href === null) continue
    if (index > done) pieces.push({ text: text.slice(done, index), href: null })
    pieces.push({ text: link, href })
    done = index + link.length
  }
  if (done < text.length) pieces.push({ text: text.slice(done), href: null })
  return pieces
}
