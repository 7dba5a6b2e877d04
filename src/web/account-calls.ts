// The calls of one's own account.

import { problemOf } from '../client/problem.ts'
import type { ChatRest } from '../client/rest.ts'
import type { Remains } from '../contract/routes/accounts.ts'
import type { Session } from '../contract/routes/sessions.ts'

export type AccountCalls = ReturnType<typeof accountCalls>

export type CallsParts = {
  rest: Pick<ChatRest, 'call' | 'getToken' | 'logout'>
  /** Makes a call that ends the session. */
  endBy: <T>(call: () => Promise<T>) => Promise<T>
  /** The account can't be called any more: another one logged in in this browser. */
  accountChanged: () => void
}

/** How an export ends that is whole. */
const exportEnd = ']}'

/** All throw ChatProblem. */
export function accountCalls({ rest, endBy, accountChanged }: CallsParts) {
  /** What throws here is something else than the service's answer. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (thrown) {
      const problem = problemOf(thrown)
      if (problem.code === 'account_changed') accountChanged()
      throw problem
    }
  }
  const change = (method: string, path: string, body?: object) =>
    attempt(async () => {
      const answer = await rest.call<unknown>(method, path, body)
      if (answer !== undefined) throw new Error('There is an answer where the service has none')
    })

  return {
    logout: () => endBy(() => rest.logout()),
    logoutAll: () => endBy(() => change('POST', '/auth/logout-all')),
    sessions: () =>
      attempt(async () => {
        const sessions = await rest.call<Session[]>('GET', '/auth/sessions')
        if (!Array.isArray(sessions)) throw new Error('There is no list')
        return sessions
      }),
    endSession: (id: string) => change('DELETE', `/auth/sessions/${id}`),
    changePassword: (passwords: { current: string; new: string }) =>
      change('POST', '/auth/password', passwords),
    erase: (wish: { password: string; messages: Remains }) =>
      endBy(() => change('DELETE', '/auth/me', wish)),
    /** A file, which may be long: it has no deadline. */
    exportData: (): Promise<Blob> =>
      attempt(async () => {
        const token = await rest.getToken({ renew: false })
        const headers = { authorization: `Bearer ${token}` }
        const answer = await fetch('/auth/me/export', { headers, redirect: 'error' })
        if (!answer.ok) throw new Error(`status ${answer.status}`)
        const file = await answer.blob()
        const end = await file.slice(-exportEnd.length).text()
        if (end !== exportEnd) throw new Error('This is no export, or not all of it')
        return file
      }),
  }
}
