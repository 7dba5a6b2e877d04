// The calls of one's own account.

import { problemOf } from '../client/problem.ts'
import type { ChatRest } from '../client/rest.ts'
import type { Remains } from '../contract/routes/accounts.ts'
import type { Session } from '../contract/routes/sessions.ts'

export type AccountCalls = ReturnType<typeof accountCalls>

/**
 * All throw ChatProblem.
 * @param settle to be done before the access ends
 */
export function accountCalls(
  rest: Pick<ChatRest, 'call' | 'getToken' | 'logout'>,
  settle: () => Promise<void>,
) {
  return {
    logout: () => settle().then(() => rest.logout()),
    logoutAll: () => settle().then(() => rest.call<void>('POST', '/auth/logout-all')),
    sessions: () => rest.call<Session[]>('GET', '/auth/sessions'),
    endSession: (id: string) => rest.call<void>('DELETE', `/auth/sessions/${id}`),
    changePassword: (passwords: { current: string; new: string }) =>
      rest.call<void>('POST', '/auth/password', passwords),
    erase: (wish: { password: string; messages: Remains }) =>
      settle().then(() => rest.call<void>('DELETE', '/auth/me', wish)),
    /** A file, which may be long: it has no deadline. */
    async exportData(): Promise<Blob> {
      try {
        const token = await rest.getToken({ renew: false })
        const headers = { authorization: `Bearer ${token}` }
        const answer = await fetch('/auth/me/export', { headers })
        if (!answer.ok) throw new Error(`status ${answer.status}`)
        return await answer.blob()
      } catch (thrown) {
        throw problemOf(thrown)
      }
    },
  }
}
