// Where the service is, and the addresses of its calls and its socket below that.

import { ChatProblem } from './problem.ts'

/**
 * Makes addresses out of paths: `/auth/me` is below the path of the service, too.
 * @param url of the service; undefined: `origin`, the place that the page comes from
 * @throws ChatProblem `unsupported`: at once for a `url` that is none, at the first use for no `url`
 */
export function addresses(url: string | undefined, origin: string): (path: string) => string {
  if (url !== undefined) baseOf(url)
  return (path) => `${baseOf(url ?? origin)}/${path.replace(/^\/+/, '')}`
}

/** Credentials, a query or a fragment would be lost, or stand in each address. */
const form = /^https?:\/\/[^\s/?#@\\]+(\/[^\s?#\\]*)?$/i

/** Without a slash at its end. */
function baseOf(url: string): string {
  try {
    if (form.test(url)) return new URL(url).href.replace(/\/+$/, '')
  } catch {
    // As for a port that no address can have.
  }
  throw new ChatProblem(
    'unsupported',
    'Give `url`: an http or https address without user, query and fragment, such as https://chat.example.com.',
  )
}
