// Calls a running service with its ADMIN_TOKEN and turns its refusals into sentences.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RefusalError, UsageError } from './usage-error.ts'

const timeoutMs = 30_000

export type Service = { url: string; token: string }

export type Call = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  body?: unknown
}

/** Returns the service of CHAT_URL and ADMIN_TOKEN or, without CHAT_URL, the one that `npm start` runs here. */
export function findService(env: NodeJS.ProcessEnv): Service {
  const { CHAT_URL: url, ADMIN_TOKEN: token } = env
  if (url && !/^https?:\/\/[^/]/.test(url))
    throw new UsageError(
      'CHAT_URL must be the address of the service, like https://chat.example.com',
    )
  if (url && token) return { url, token }
  if (url)
    throw new UsageError('CHAT_URL needs ADMIN_TOKEN beside it: the one the service was given')
  const folder = env.DATA_DIR || '.local'
  return { url: `http://127.0.0.1:${env.PORT || 8787}`, token: token || localToken(folder) }
}

function localToken(folder: string): string {
  try {
    const { adminToken } = JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8'))
    if (typeof adminToken === 'string') return adminToken
  } catch {
    // A missing and a damaged file get the same message, below.
  }
  throw new UsageError(
    `There is no token in ${folder}: run \`npm start\` once, or set CHAT_URL and ADMIN_TOKEN`,
  )
}

type Refusal = { detail?: string; errors?: Record<string, string> }

/** @returns the JSON of the answer; null if it has no body */
export async function callService(
  { url, token }: Service,
  { method, path, body }: Call,
): Promise<unknown> {
  const response = await fetchFrom(new URL(path, url), {
    method,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (response.status === 204) return null
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer
  const { detail = 'it gave no reason.', errors = {} } = (answer ?? {}) as Refusal
  const faults = Object.entries(errors).map(([field, fault]) => `${field}: ${fault}`)
  const reason = [detail, ...faults].join(' ')
  throw new RefusalError(`${url} refuses (${response.status}): ${reason}`, errors)
}

async function fetchFrom(address: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init)
  } catch (error) {
    const { cause, message } = error as Error
    const reason = cause instanceof Error ? cause.message : message
    throw new UsageError(`${address.origin} cannot be reached: ${reason}`)
  }
}
