// Makes one HTTP request. A proxy or the login page of a Wi-Fi network may answer in place of the
// service: such an answer is a failed attempt, and never refuses or ends anything.

import {
  type Message,
  type OwnReactionsPage,
  type Page,
  type Position,
  type ProblemBody,
  problemStatuses,
  type ReadState,
  type Tokens,
  type User,
} from '../contract.ts'
import type { AnswerLike, Platform } from '../platform.ts'
import { ChatProblem, problemOf } from '../problem.ts'

/** How long a request may take, and how long a tab waits for the request of another tab. */
export const answerWithinMs = 15_000

/** Whether a body has the fields that the client reads. It may also throw. */
export type BodyCheck = (body: never) => boolean

export const areAll = (type: string, ...values: unknown[]) =>
  values.every((value) => typeof value === type)

export const isAnything = () => true
export const isAsked = ({ expires_in }: { expires_in: number }) => areAll('number', expires_in)
export const isNothing = (body: unknown) => body === undefined
export const isList = (body: unknown) => Array.isArray(body)
export const isUser = ({ id, username }: User) => areAll('string', id, username)
export const isMessage = ({ id, content, revision }: Message) =>
  areAll('string', id, content) && areAll('number', revision)
/** A service of an older release sends the position by its former name. */
export const positionOf = ({ position, session }: Page): Position => position ?? session
export function isPage(page: Page): boolean {
  const { epoch, seq } = positionOf(page)
  const cursors = [page.next_cursor ?? '', page.previous_cursor ?? '']
  return isList(page.messages) && areAll('string', ...cursors, epoch) && areAll('number', seq)
}
export const hasList = (name: string) => (body: Record<string, unknown>) => isList(body[name])
export const isOwnReactions = ({ reactions, next_from }: OwnReactionsPage) =>
  areAll('string', next_from ?? '') && !!reactions
export const isReadState = ({ last_read_id, unread, mentions }: ReadState) =>
  areAll('string', last_read_id ?? '') && areAll('number', unread, mentions)
export const areTokens = ({ access_token, expires_in, refresh_token }: Tokens) =>
  areAll('string', access_token, refresh_token ?? '') && areAll('number', expires_in)

/**
 * The third value is for what has an ETag: the one that must still hold, or null. The answer then
 * has it as `etag`; null where the platform does not show it.
 */
export type Target = [method: string, path: string, ifMatch?: string | null]

/** @throws ChatProblem with the code of the service's refusal, or `network` */
export type HttpRequest = <Answer>(
  target: Target,
  isExpected: BodyCheck,
  body?: object,
  token?: string | null,
) => Promise<Answer>

/** @param urlFor gives the URL for a path of the service */
export function createHttpRequest(
  { fetch, after, origin }: Platform,
  urlFor: (path: string) => string,
): HttpRequest {
  let isHinted = false
  /** The browser hides from a page why a request to another origin failed. */
  function hintAtOrigin(): void {
    if (isHinted || !origin || new URL(urlFor('/')).origin === origin) return
    isHinted = true
    console.warn(
      `edge-chat: there was no answer. If the service is up, list ${origin} in its ALLOWED_ORIGINS.`,
    )
  }
  return async ([method, path, ifMatch], isExpected, body, token) => {
    const late = new AbortController()
    const cancel = after(answerWithinMs, () => late.abort())
    try {
      const answer = await fetch(urlFor(path), {
        method,
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(token && { authorization: `Bearer ${token}` }),
          ...(ifMatch && { 'if-match': ifMatch }),
        },
        body: body && JSON.stringify(body),
        // The service never redirects, and no other server may get the token or the body.
        redirect: 'manual',
        signal: late.signal,
      })
      return await bodyOf(answer, isExpected, ifMatch !== undefined)
    } catch (thrown) {
      if (!(thrown instanceof ChatProblem)) hintAtOrigin()
      throw problemOf(thrown)
    } finally {
      cancel()
    }
  }
}

/** The body of an answer; undefined for a 204. @throws ChatProblem, or what reading the body throws */
async function bodyOf<Answer>(
  answer: AnswerLike,
  isExpected: BodyCheck,
  hasEtag: boolean,
): Promise<Answer> {
  const { ok, status, headers } = answer
  const json = ok ? 'application/json' : 'application/problem+json'
  const type = headers ? headers.get('content-type')?.toLowerCase() : json
  if (status === 204) {
    if (isExpected(undefined as never)) return undefined as Answer
  } else if (type?.startsWith(json)) {
    const body = (await answer.json()) as object
    if (ok && isExpected(body as never))
      return (hasEtag ? { ...body, etag: headers?.get('etag') ?? null } : body) as Answer
    if (!ok && problemStatuses[(body as ProblemBody).code] === status)
      throw refusal(body as ProblemBody)
  }
  throw new ChatProblem('network', 'Something else answered in place of the service.', {
    cause: answer,
  })
}

function refusal({ code, status, detail, errors, retry_after }: ProblemBody): ChatProblem {
  const byField = Object.entries(errors ?? {}).map(([field, error]) => `${field}: ${error}`)
  return new ChatProblem(code, byField.join(' ') || detail, {
    status,
    errors,
    retryAfterMs: retry_after && retry_after * 1000,
  })
}
