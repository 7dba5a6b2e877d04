// Calls a running service with its ADMIN_TOKEN, and turns its refusals into sentences.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Mistake } from './mistake.ts'

const timeoutMs = 30_000

export type Service = { url: string; token: string }

export type Call = { method: 'GET' | 'POST' | 'DELETE'; path: string; body?: unknown }

/** The service that CHAT_URL and ADMIN_TOKEN name; without CHAT_URL the one that `npm start` runs here. */
export function chooseService(env: NodeJS.ProcessEnv): Service {
  const { CHAT_URL: url, ADMIN_TOKEN: token } = env
  if (url && !/^https?:\/\/[^/]/.test(url))
    throw new Mistake('CHAT_URL must be the address of the service, like https://chat.example.com')
  if (url && token) return { url, token }
  if (url) throw new Mistake('CHAT_URL needs ADMIN_TOKEN beside it: the one the service was given')
  const folder = env.DATA_DIR || '.local'
  return { url: `http://127.0.0.1:${env.PORT || 8787}`, token: token || localToken(folder) }
}

function localToken(folder: string): string {
  try {
    const { adminToken } = JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8'))
    if (typeof adminToken === 'string') return adminToken
  } catch {
    // Said below: for whoever calls, missing and damaged are the same.
  }
  throw new Mistake(
    `There is no token in ${folder}: run \`npm start\` once, or set CHAT_URL and ADMIN_TOKEN`,
  )
}

/** @returns the answer's JSON; null where it has none */
export async function ask({ url, token }: Service, { method, path, body }: Call): Promise<unknown> {
  const response = await reach(new URL(path, url), {
    method,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (response.status === 204) return null
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer
  throw new Mistake(`${url} refuses (${response.status}): ${reasonIn(answer)}`)
}

async function reach(address: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init)
  } catch (error) {
    const { cause, message } = error as Error
    const reason = cause instanceof Error ? cause.message : message
    throw new Mistake(`${address.origin} cannot be reached: ${reason}`)
  }
}

function reasonIn(answer: unknown): string {
  const { detail, errors } = (answer ?? {}) as { detail?: string; errors?: Record<string, string> }
  const fields = Object.entries(errors ?? {}).map(([field, fault]) => `${field}: ${fault}`)
  return [detail ?? 'it gave no reason.', ...fields].join(' ')
}
