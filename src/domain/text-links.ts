// Tests whether a text has a link: all that the page links (web/text/links.ts), and addresses that
// people copy into a browser. Each pattern looks only at the characters around a sign.

import { withoutDisguise } from './comparable-text.ts'

/** Common top-level domains. */
const domains = [
  ...['com', 'org', 'net', 'info', 'biz', 'edu', 'gov', 'app', 'dev', 'xyz', 'online', 'site'],
  ...['shop', 'store', 'club', 'tech', 'cloud', 'click', 'top', 'pro', 'wiki', 'blog', 'link'],
  ...['ai', 'au', 'br', 'ca', 'ch', 'cn', 'co', 'cz', 'de', 'dk', 'eu', 'fi', 'fr', 'gg', 'gr'],
  ...['hu', 'ie', 'io', 'jp', 'kr', 'kz', 'ly', 'mx', 'nl', 'nz', 'pl', 'pt', 'ru', 'se', 'sk'],
  ...['su', 'tr', 'tv', 'ua', 'uk', 'vn', 'za', 'рф', 'xn--p1ai'],
]

/**
 * These need a path, because they also begin sentences and end the names of files: `t.me/x` is an
 * address, and in `do it.me too` a space is missing.
 */
const domainsOfPaths = [
  ...['am', 'at', 'be', 'by', 'cc', 'es', 'in', 'is', 'it', 'la', 'live', 'md', 'me', 'news', 'no'],
  ...['page', 'ph', 'pw', 'rs', 'sh', 'so', 'st', 'to', 'us', 'ws'],
]

/** In scripts without spaces, a letter may follow a domain at once: `看example.com吧`. */
const unspaced = String.raw`\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}`
const end = String.raw`(?![[\p{L}\p{M}\p{N}]--[${unspaced}]]|[.。_\-][\p{L}\p{N}])`
const dot = String.raw`(?<=[\p{L}\p{M}\p{N}])[.。]`

const patterns = [
  /[\p{L}\p{N}]:\/\/\S/v,
  /(?<![\p{L}\p{N}])mailto:\S/iv,
  /(?<![\p{L}\p{N}])www[.。][\p{L}\p{N}]/iv,
  new RegExp(`${dot}(?:${domains.join('|')})${end}`, 'iv'),
  new RegExp(String.raw`${dot}(?:${domainsOfPaths.join('|')})(?::\d{1,5})?\/`, 'iv'),
]

const readsAsLink = (text: string) => patterns.some((pattern) => pattern.test(text))

export function hasLink(text: string): boolean {
  return readsAsLink(text) || readsAsLink(withoutDisguise(text))
}
