// Checks one answer against the contract: its status, content type, body and headers, and that it
// leaks nothing.

import { checkHeaders } from './header-checks.ts'
import { type Answer, type Call, header, pages, parseJson, pathOf } from './http-call.ts'
import type { LeakDetector } from './leak-detector.ts'
import type { Contract, Operation } from './published-contract.ts'

/** Which answers are correct, beyond what the contract says. */
export type Expectation = {
  operation: Operation | null
  /** Only these statuses are correct. */
  statuses?: readonly number[] | undefined
  /** Whether a 2xx is wrong. */
  refused?: boolean | undefined
  /** Whether a 503 for overload is correct. */
  overloads?: boolean
  /** Whether the caller moderates, and may see what only moderators may. */
  isStaff?: boolean | undefined
}

const problemType = 'application/problem+json'
/** All calls may answer these. */
const always = [403, 404, 405, 413]
const overload = new Set(['Too many are asking for this. Try again shortly.'])
const bodyMaxBytes = 65_536
/** A refusal is never larger than the largest call. */
const refusalMaxBytes = bodyMaxBytes
const frontServerLost = 'Error: Network connection lost.'
const givesTokens = new Set(['login', 'refresh', 'ticket'])
const givesMail = new Set(['me', 'register', 'exportData', 'findUsers'])

export type CheckedAnswer = {
  wrong: string[]
  code: string | null
  /** Whether it is a 503 for an overload that was intended. */
  overloaded: boolean
  /** Whether the front server answered. */
  foreign: boolean
}

export function checkAnswer(
  call: Call,
  answer: Answer,
  expected: Expectation,
  { contract, leaks }: { contract: Pick<Contract, 'problem'>; leaks: LeakDetector },
): CheckedAnswer {
  const { status } = answer
  const { operation } = expected
  const text = answer.body.toString()
  // When the service refuses a body unread, the front server loses the connection.
  if ((call.body?.length ?? 0) > bodyMaxBytes && text === frontServerLost)
    return { wrong: [], code: null, overloaded: false, foreign: true }
  const body = parseJson(text)
  const isProblem = header(answer, 'content-type') === problemType
  const problem = isProblem ? (body as { code?: unknown; detail?: unknown } | undefined) : undefined
  const overloaded =
    status === 503 && expected.overloads === true && overload.has(String(problem?.detail))
  const own = {
    tokens: givesTokens.has(operation?.id ?? '') && status < 300,
    mail: givesMail.has(operation?.id ?? '') && status < 300,
    // The export has the caller's own reports.
    staff: expected.isStaff === true || operation?.id === 'exportData',
  }
  const wrong = [
    ...(overloaded ? [] : checkStatus(call, status, expected)),
    ...checkBody(call, answer, operation, { contract, text, body, isProblem }),
    ...(isProblem ? checkProblem(answer, body as Record<string, unknown>) : []),
    ...checkHeaders(call, answer),
    ...leaks.inAnswer(text, own).map((what) => `the answer leaks ${what}`),
    ...leaks
      .inAnswer([...answer.headers.values()].flat().join('\n'), { tokens: own.tokens })
      .map((what) => `a header leaks ${what}`),
  ]
  const code = typeof problem?.code === 'string' ? problem.code : null
  return { wrong, code, overloaded, foreign: false }
}

function checkStatus(
  { method }: Call,
  status: number,
  { operation, statuses, refused }: Expectation,
): string[] {
  if (status >= 500) return [`it answers ${status}`]
  if (statuses) return statuses.includes(status) ? [] : [`it answers ${status}, not ${statuses}`]
  if (refused && status < 400) return [`it is allowed with ${status}`]
  const known = !operation || operation.answers.has(status) || always.includes(status)
  return known || method === 'OPTIONS' ? [] : [`the contract has no ${status}`]
}

function checkBody(
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
    if (body.length > refusalMaxBytes) return ['the refusal is far too large']
    const fits = operation?.answers.get(status)?.get(type ?? '')
    const check = read.isProblem ? read.contract.problem : fits
    const wrong = check?.(read.body)
    if (!check) return [`the refusal is sent as ${type}`]
    return wrong ? [`the body does not fit: ${wrong}`] : []
  }
  if (operation === null || method === 'OPTIONS')
    return pages.has(pathOf(path)) ? [] : [`there is no such route, and it answers ${status}`]
  const check = operation.answers.get(status)?.get(type?.replace(/;\s*charset=utf-8$/i, '') ?? '')
  if (!check) return [`the body is sent as ${type}`]
  const wrong = check(read.body)
  return wrong ? [`the body does not fit: ${wrong}`] : []
}

function checkProblem(answer: Answer, body: Record<string, unknown> | undefined): string[] {
  if (!body) return []
  const { status, retry_after: retryAfter } = body
  const wait = header(answer, 'retry-after')
  return [
    ...(status === answer.status ? [] : [`the problem says ${status} with ${answer.status}`]),
    ...(String(retryAfter ?? '') === (wait ?? '') ? [] : ['Retry-After and retry_after differ']),
    ...([429, 503].includes(answer.status) && wait === null ? ['it has no Retry-After'] : []),
    ...(answer.status === 401 && header(answer, 'www-authenticate') !== 'Bearer'
      ? ['a 401 without WWW-Authenticate']
      : []),
  ]
}
