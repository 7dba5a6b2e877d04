// One login on a page of another site. The cookie of the service does not travel there, so the refresh
// token is in memory, or in sessionStorage if the page asks for it.

import { ChatClient } from '../client/chat-client.ts'
import { ChatRest } from '../client/rest.ts'
import type { TokenSource } from '../client/rest-options.ts'

export type Account = { username: string; email: string; password: string }

/** Null where the browser gives the page none. */
function storageOfTab(): Storage | null {
  try {
    return sessionStorage
  } catch {
    return null
  }
}

/** @throws ChatProblem `unsupported` where `url` is not the URL of a service */
export function createSession(url: string, remember: boolean) {
  const key = `edge-chat ${url}`
  const storage = remember ? storageOfTab() : null
  const saved = storage?.getItem(key) ?? null
  const rest = new ChatRest({ url, refreshToken: saved })

  function save(): void {
    try {
      if (rest.refreshToken) storage?.setItem(key, rest.refreshToken)
      else storage?.removeItem(key)
    } catch {
      // The storage is full: the login then lasts until the next reload.
    }
  }
  // Each renewal replaces the refresh token, and the former one must not be used again.
  const getToken: TokenSource = async (ask) => {
    try {
      return await rest.getToken(ask)
    } finally {
      save()
    }
  }
  const chat = new ChatClient({ url, getToken, ...(storage && { storage }) })

  return {
    chat,
    /** Whether an earlier login of this tab may continue. */
    isSaved: saved !== null,

    async logIn({ email, password }: Account): Promise<void> {
      await rest.login({ email, password })
      save()
    },
    async register(account: Account): Promise<void> {
      await rest.register(account)
      await rest.login(account)
      save()
    },
    /** Ends the session, at once for this page. If the service does not answer, it ends there by its age. */
    logOut(): void {
      chat.close()
      void rest.logout().catch(() => {})
      save()
    },
  }
}

export type Session = ReturnType<typeof createSession>
