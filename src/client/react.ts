// The React hook. It needs React 18 or newer, and is safe in StrictMode and on a server.

import { useEffect, useSyncExternalStore } from 'react'
import { ChatClient } from './chat-client.ts'
import type { ChatState } from './state.ts'

/** Client → components that use it now. */
const users = new WeakMap<ChatClient, number>()
let unconnected: ChatState | undefined

/** The same on a server and at the first render of a browser, whatever its storage has. */
function serverState(): ChatState {
  unconnected ??= new ChatClient({ url: 'http://localhost', getToken: () => null }).state
  return unconnected
}

function use(chat: ChatClient): () => void {
  const count = (change: 1 | -1) => {
    const now = (users.get(chat) ?? 0) + change
    users.set(chat, now)
    return now
  }
  count(1)
  // A failure is in the state, and `connect` handles the rejection of its own promise.
  chat.connect()
  return () => {
    count(-1)
    // StrictMode and moved components use it again at once, and keep the connection.
    queueMicrotask(() => {
      if (users.get(chat) === 0) chat.close()
    })
  }
}

/**
 * The state of the chat; the component renders again after each change. The client connects while a
 * component uses it, and closes after the last one is gone; any number of components may share it.
 * While `state.status` is `stopped`, nothing connects by itself: call `chat.connect()` after a login.
 * On a server, and for hydration, it is the state of a client that was never connected.
 *
 * @param chat created once, outside of components or in a `useState` initialiser
 */
export function useChat(chat: ChatClient): ChatState {
  useEffect(() => use(chat), [chat])
  return useSyncExternalStore(chat.subscribe, chat.getSnapshot, serverState)
}
