// The page: who is logged in decides between the entrance and the room.

import { ChatClient } from '../client/chat-client.ts'
import { ChatRest } from '../client/rest.ts'
import type { Member } from '../client/wire.ts'
import { openEntrance } from './entrance.ts'
import { openRoom } from './room.ts'
import { forgetDraft, forgetVisitor, lastVisitor, rememberVisitor, storageOf } from './visitor.ts'

const place = document.getElementById('page') ?? document.body
let leaving = false
// What is asked for while the page goes away is still wanted.
addEventListener('pagehide', () => {
  leaving = true
})
addEventListener('pageshow', () => {
  leaving = false
})
const platform = {
  fetch: (url: string, init: RequestInit) => fetch(url, { ...init, keepalive: leaving }),
}

/** @param rest of this user alone: another one logs in through another */
function enter(user: Member, rest: ChatRest): void {
  rememberVisitor(user)
  const storage = storageOf('localStorage')
  const chat = new ChatClient({
    getToken: rest.getToken,
    user,
    platform,
    ...(storage && { storage }),
  })
  const putOut = (why: string | null) => {
    // An answer that comes late finds them out already.
    if (!room.element.isConnected) return
    room.close()
    chat.close()
    forgetVisitor(user)
    welcome(why)
  }
  const room = openRoom({
    chat,
    rest,
    user,
    putOut,
    leave(why) {
      putOut(why)
      // After the room has closed, which keeps the latest text.
      forgetDraft(user.id)
    },
  })
  place.replaceChildren(room.element)
  room.begin()
  // How it goes is in the state.
  chat.connect().catch(() => {})
}

function welcome(notice: string | null): void {
  const rest = new ChatRest({ cookie: true, platform })
  const entrance = openEntrance({ rest, notice, enter: (user) => enter(user, rest) })
  place.replaceChildren(entrance.element)
  entrance.focus()
}

const visitor = lastVisitor()
if (visitor) enter(visitor, new ChatRest({ cookie: true, userId: visitor.id, platform }))
else welcome(null)
