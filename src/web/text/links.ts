// Finds the links in a text. A link is http or https, or begins with `www.`, is accepted by the URL parser, and
// does not hide its target: it has no username before the host, and no invisible or direction-changing characters.

/** `href` is null for a part that is no link. The parts together are the whole text. */
export type TextPart = { readonly text: string; readonly href: string | null }

const candidate =
  /(?:\bhttps?:\/\/|(?<![\p{L}\p{N}])www\.(?=[\p{L}\p{N}]))[^\s<>"`\p{Cc}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]+/giu
const closing = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
])
const trailing = /[.,;:!?…'’”»*_~]$/u

const countOf = (text: string, sign: string): number => text.split(sign).length - 1

/** Punctuation after a link, or a bracket that the link did not open, belongs to the sentence. */
function trimmed(link: string): string {
  // Brackets are counted only once, because a text may have thousands.
  const unopened = new Map(
    [...closing].map(([end, start]) => [end, countOf(link, end) - countOf(link, start)]),
  )
  for (let length = link.length; ; length--) {
    const last = link.charAt(length - 1)
    const count = unopened.get(last) ?? 0
    if (count > 0) unopened.set(last, count - 1)
    else if (!trailing.test(last)) return link.slice(0, length)
  }
}

function hrefOf(text: string): string | null {
  const hasScheme = /^https?:/i.test(text)
  const address = hasScheme ? text : `https://${text}`
  if (!URL.canParse(address)) return null
  const { protocol, username, password, hostname, href } = new URL(address)
  const plain = username === '' && password === ''
  const named = hasScheme || /^www\.[^.]+\.[^.]/.test(hostname)
  return plain && named && (protocol === 'https:' || protocol === 'http:') ? href : null
}

export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = []
  let done = 0
  for (const { 0: found, index } of text.matchAll(candidate)) {
    const link = trimmed(found)
    const href = hrefOf(link)
    if (href === null) continue
    if (index > done) parts.push({ text: text.slice(done, index), href: null })
    parts.push({ text: link, href })
    done = index + link.length
  }
  if (done < text.length) parts.push({ text: text.slice(done), href: null })
  return parts
}
