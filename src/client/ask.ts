// One call of the service. Something else may answer in its place: a proxy, or the page of a Wi-Fi
// network. Such an answer is a failed attempt, and never ends or refuses anything.

import type { AnswerLike, Platform } from './platform.ts'
import { ChatProblem, problemOf } from './problem.ts'
import {
  type Message,
  type Page,
  type ProblemBody,
  problemStatus,
  type Tokens,
  type User,
} from './wire.ts'

/** How long a request may take, and how long one waits for that of another tab. */
export const answerWithinMs = 15_000

/** Whether a body has what is read of it. It may also throw. */
export type Shape = (body: never) => boolean

const are = (type: string, ...values: unknown[]) => values.every((value) => typeof value === type)

export const anything = () => true
export const nothing = (body: unknown) => body === undefined
export const list = (body: unknown) => Array.isArray(body)
export const user = ({ id, username }: User) => are('string', id, username)
export const message = ({ id, content, revision }: Message) =>
  are('string', id, content) && are('number', revision)
export const page = ({ messages, next_cursor, session: { epoch, seq } }: Page) =>
  list(messages) && are('string', next_cursor ?? '', epoch) && are('number', seq)
export const tokens = ({ access_token, expires_in, refresh_token }: Tokens) =>
  are('string', access_token, refresh_token ?? '') && are('number', expires_in)

/** @throws ChatProblem with the code of the service's refusal, or `network` */
export type Ask = <Answer>(
  target: [method: string, path: string],
  fits: Shape,
  body?: object,
  token?: string | null,
) => Promise<Answer>

/** @param address of a path of the service */
export function createAsk({ fetch, after }: Platform, address: (path: string) => string): Ask {
  return async ([method, path], fits, body, token) => {
    const late = new AbortController()
    const cancel = after(answerWithinMs, () => late.abort())
    try {
      const answer = await fetch(address(path), {
        method,
        headers: {
          ...(body && { 'content-type': 'application/json' }),
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body: body && JSON.stringify(body),
        // The service sends no call elsewhere, and what a call carries is for nobody else.
        redirect: 'manual',
        signal: late.signal,
      })
      return await bodyOf(answer, fits)
    } catch (thrown) {
      throw problemOf(thrown)
    } finally {
      cancel()
    }
  }
}

/** The body of an answer; undefined: there is none (204). @throws ChatProblem, or what the body throws */
async function bodyOf<Answer>(answer: AnswerLike, fits: Shape): Promise<Answer> {
  const { ok, status, headers } = answer
  const form = ok ? 'application/json' : 'application/problem+json'
  const type = headers ? headers.get('content-type')?.toLowerCase() : form
  if (status === 204) {
    if (fits(undefined as never)) return undefined as Answer
  } else if (type?.startsWith(form)) {
    const body = await answer.json()
    if (ok && fits(body as never)) return body as Answer
    if (!ok && problemStatus[(body as ProblemBody).code] === status)
      throw refusal(body as ProblemBody)
  }
  throw new ChatProblem('network', 'Something else answered in place of the service.', {
    cause: answer,
  })
}

function refusal({ code, status, detail, errors, retry_after }: ProblemBody): ChatProblem {
  return new ChatProblem(code, detail, {
    status,
    errors,
    retryAfterMs: retry_after && retry_after * 1000,
  })
}
