// Holds one answer against the contract: status, content type, body, headers, and what it must not
// tell. Pure, so that it can be shown what it exists to find.

import { judgeHeaders } from './answer-headers.ts'
import { type Answer, type Call, header, pages, pathOf } from './call.ts'
import type { Contract, Operation } from './contract.ts'
import type { Leaks } from './leaks.ts'

/** What a call is right to be answered with, beyond what the contract says of its address. */
export type Expectation = {
  operation: Operation | null
  /** Other than these are wrong, whatever the contract has. */
  statuses?: readonly number[] | undefined
  /** Not to be granted: no 2xx. */
  refused?: boolean
  /** It overloads the service on purpose: a 503 that says so is right. */
  overloads?: boolean
}

const problemType = 'application/problem+json'
/** Any call may also answer these, as the document says in words. */
const always = [403, 404, 405, 413]
const overload = new Set(['Too many are asking for this. Try again shortly.'])
/** Bytes. */
const bodyMax = 65_536
const lostInFront = 'Error: Network connection lost.'
const givesTokens = new Set(['login', 'refresh', 'ticket'])
const givesMail = new Set(['me', 'register', 'exportData', 'findUsers'])

export type Judged = {
  wrong: string[]
  code: string | null
  /** A 503 that was brought about on purpose. */
  overloaded: boolean
  /** Said by whoever stands in front of the service. */
  foreign: boolean
}

export function judgeAnswer(
  call: Call,
  answer: Answer,
  expected: Expectation,
  { contract, leaks }: { contract: Pick<Contract, 'problem'>; leaks: Leaks },
): Judged {
  const { status } = answer
  const { operation } = expected
  const text = answer.body.toString()
  // A body that is refused unread costs whoever stands in front the connection.
  if ((call.body?.length ?? 0) > bodyMax && text === lostInFront)
    return { wrong: [], code: null, overloaded: false, foreign: true }
  const body = parse(text)
  const isProblem = header(answer, 'content-type') === problemType
  const problem = isProblem ? (body as { code?: unknown; detail?: unknown } | undefined) : undefined
  const overloaded =
    status === 503 && expected.overloads === true && overload.has(String(problem?.detail))
  const own = {
    tokens: givesTokens.has(operation?.id ?? '') && status < 300,
    mail: givesMail.has(operation?.id ?? '') && status < 300,
  }
  const wrong = [
    ...(overloaded ? [] : judgeStatus(call, status, expected)),
    ...judgeBody(call, answer, operation, { contract, text, body, isProblem }),
    ...(isProblem ? judgeProblem(answer, body as Record<string, unknown>) : []),
    ...judgeHeaders(call, answer),
    ...leaks.inAnswer(text, own).map((what) => `the answer tells ${what}`),
    ...leaks
      .inAnswer([...answer.headers.values()].flat().join('\n'), { tokens: own.tokens, mail: false })
      .map((what) => `a header tells ${what}`),
  ]
  const code = typeof problem?.code === 'string' ? problem.code : null
  return { wrong, code, overloaded, foreign: false }
}

function judgeStatus(
  { method }: Call,
  status: number,
  { operation, statuses, refused }: Expectation,
): string[] {
  if (status >= 500) return [`it answers ${status}`]
  if (statuses) return statuses.includes(status) ? [] : [`it answers ${status}, not ${statuses}`]
  if (refused && status < 400) return [`it is granted with ${status}`]
  const known = !operation || operation.answers.has(status) || always.includes(status)
  return known || method === 'OPTIONS' ? [] : [`the contract has no ${status}`]
}

function judgeBody(
  { method, path }: Call,
  answer: Answer,
  operation: Operation | null,
  read: {
    contract: Pick<Contract, 'problem'>
    text: string
    body: unknown
    isProblem: boolean
  },
): string[] {
  const { status, body } = answer
  const type = header(answer, 'content-type')
  if (method === 'HEAD' || status === 204 || status === 302)
    return body.length === 0 ? [] : [`${method} with ${status} has a body`]
  if (status >= 400) {
    const fits = operation?.answers.get(status)?.get(type ?? '')
    const check = read.isProblem ? read.contract.problem : fits
    const wrong = check?.(read.body)
    if (!check) return [`the refusal is sent as ${type}`]
    return wrong ? [`the body does not fit: ${wrong}`] : []
  }
  if (operation === null || method === 'OPTIONS')
    return pages.has(pathOf(path)) ? [] : [`nothing is at this address, and it answers ${status}`]
  const check = operation.answers.get(status)?.get(type?.replace(/;\s*charset=utf-8$/i, '') ?? '')
  if (!check) return [`the body is sent as ${type}`]
  const wrong = check(read.body)
  return wrong ? [`the body does not fit: ${wrong}`] : []
}

function judgeProblem(answer: Answer, body: Record<string, unknown> | undefined): string[] {
  if (!body) return []
  const { status, retry_after: retryAfter } = body
  const wait = header(answer, 'retry-after')
  return [
    ...(status === answer.status ? [] : [`the problem says ${status} with ${answer.status}`]),
    ...(String(retryAfter ?? '') === (wait ?? '') ? [] : ['Retry-After and retry_after differ']),
    ...([429, 503].includes(answer.status) && wait === null
      ? ['it does not say how long to wait']
      : []),
    ...(answer.status === 401 && header(answer, 'www-authenticate') !== 'Bearer'
      ? ['a 401 without WWW-Authenticate']
      : []),
  ]
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
