// The REST calls for the user's own account.

import { problemOf } from '../../client/problem.ts'
import type { ChatRest } from '../../client/rest.ts'
import type { Session } from '../../contract/routes/sessions.ts'
import type { ErasureMode } from '../../contract/values.ts'

export type AccountCalls = ReturnType<typeof accountCalls>

export type AccountCallsOptions = {
  rest: Pick<ChatRest, 'call' | 'getToken' | 'logout'>
  /** Makes a call that ends the session, after all changes were sent. */
  endSessionBy: <T>(call: () => Promise<T>) => Promise<T>
  /** Runs when another account logged in on this browser, so that no call can be made. */
  accountChanged: () => void
}

/** A complete export ends with this. */
const exportEnd = ']}'

/** All calls throw ChatProblem. */
export function accountCalls({ rest, endSessionBy, accountChanged }: AccountCallsOptions) {
  /** An error that is no ChatProblem means that something else answered. */
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
    logout: () => endSessionBy(() => rest.logout()),
    logoutAll: () => endSessionBy(() => change('POST', '/auth/logout-all')),
    sessions: () =>
      attempt(async () => {
        const sessions = await rest.call<Session[]>('GET', '/auth/sessions')
        if (!Array.isArray(sessions)) throw new Error('There is no list')
        return sessions
      }),
    endSession: (id: string) => change('DELETE', `/auth/sessions/${id}`),
    changePassword: (passwords: { current: string; new: string }) =>
      change('POST', '/auth/password', passwords),
    erase: (wish: { password: string; messages: ErasureMode }) =>
      endSessionBy(() => change('DELETE', '/auth/me', wish)),
    /** Without a deadline, because the file may be large. */
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
