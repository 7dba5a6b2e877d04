// Makes URLs from the paths of the service.

import { ChatProblem } from '../problem.ts'

/**
 * Gives a function that makes URLs. The service may have a path of its own, which all URLs keep.
 * @param url of the service; undefined: `origin`, where the page comes from
 * @throws ChatProblem `unsupported`: at once for a bad `url`, at the first use for a bad `origin`
 */
export function serviceUrls(url: string | undefined, origin: string): (path: string) => string {
  if (url !== undefined) baseOf(url)
  return (path) => `${baseOf(url ?? origin)}/${path.replace(/^\/+/, '')}`
}

/** Without credentials, query and fragment: they would be lost, or be part of each URL. */
const allowed = /^https?:\/\/[^\s/?#@\\]+(\/[^\s?#\\]*)?$/i

/** Without a slash at the end. */
function baseOf(url: string): string {
  try {
    if (allowed.test(url)) return new URL(url).href.replace(/\/+$/, '')
  } catch {
    // The port is out of range.
  }
  throw new ChatProblem(
    'unsupported',
    'Give `url`: an http or https address without user, query and fragment, such as https://chat.example.com.',
  )
}
