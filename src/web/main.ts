// The entry of the page: shows the room to a user who is logged in, else the login.

import { ChatClient } from '../client/chat-client.ts'
import type { Member } from '../client/contract.ts'
import { ChatRest } from '../client/rest.ts'
import { registerWorker } from './app/register-worker.ts'
import {
  browserStorage,
  removeDraft,
  removeStoredUser,
  storedUser,
  storeUser,
} from './browser-storage.ts'
import { createLoginPage } from './login/login-page.ts'
import { hasResetToken, takeResetToken } from './login/reset-link.ts'
import { createRoomScreen } from './room-screen.ts'
import { followAppearance } from './settings/appearance.ts'
import { createSettings } from './settings/settings.ts'

const root = document.getElementById('page') ?? document.body
let isUnloading = false
// Requests that start while the page is being closed must still be sent.
addEventListener('pagehide', () => {
  isUnloading = true
})
addEventListener('pageshow', () => {
  isUnloading = false
})
const settings = createSettings()
followAppearance(settings)
registerWorker()
const isLeaving = () => isUnloading || document.visibilityState === 'hidden'
const platform = {
  fetch: (url: string, init: RequestInit) => fetch(url, { ...init, keepalive: isLeaving() }),
}

/** @param rest for this user only: another user gets another one */
function showRoom(user: Member, rest: ChatRest): void {
  storeUser(user)
  const storage = browserStorage('localStorage')
  const chat = new ChatClient({
    getToken: rest.getToken,
    user,
    platform,
    ...(storage && { storage }),
  })
  const onSessionEnd = (why: string | null) => {
    // A late answer may come after the user has left.
    if (!room.element.isConnected) return
    room.close()
    chat.close()
    removeStoredUser(user)
    showLogin(why)
  }
  const room = createRoomScreen({
    chat,
    rest,
    user,
    settings,
    onSessionEnd,
    onLogout(why) {
      onSessionEnd(why)
      // Closing the room stores the draft, so it is removed afterwards.
      removeDraft(user.id)
    },
  })
  root.replaceChildren(room.element)
  room.begin()
  // The state shows the result.
  chat.connect().catch(() => {})
}

function showLogin(notice: string | null): void {
  openLogin(notice).showLogin()
}

function openLogin(notice: string | null) {
  const rest = new ChatRest({ cookie: true, platform })
  const loginPage = createLoginPage({ rest, notice, onLogin: (user) => showRoom(user, rest) })
  root.replaceChildren(loginPage.element)
  return loginPage
}

// A link of a mail may be opened in a tab that shows the page already.
addEventListener('hashchange', () => hasResetToken() && location.reload())

const user = storedUser()
const resetToken = takeResetToken()
if (resetToken !== null) openLogin(null).showReset(resetToken)
else if (user) showRoom(user, new ChatRest({ cookie: true, userId: user.id, platform }))
else showLogin(null)
