// The page: who is logged in decides between the entrance and the room.

import { ChatClient } from '../client/chat-client.ts'
import { ChatRest } from '../client/rest.ts'
import type { Member } from '../client/wire.ts'
import { openEntrance } from './entrance.ts'
import { openRoom } from './room.ts'
import { forgetVisitor, lastVisitor, rememberVisitor, storageOf } from './visitor.ts'

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
const rest = new ChatRest({ cookie: true, platform })

function enter(user: Member): void {
  rememberVisitor(user)
  const storage = storageOf('localStorage')
  const chat = new ChatClient({
    getToken: rest.getToken,
    platform,
    ...(storage && { storage }),
  })
  const room = openRoom({
    chat,
    rest,
    user,
    leave(why) {
      room.close()
      chat.close()
      forgetVisitor(user)
      welcome(why)
    },
  })
  place.replaceChildren(room.element)
  room.begin()
  // How it goes is in the state.
  chat.connect().catch(() => {})
}

function welcome(notice: string | null): void {
  const entrance = openEntrance({ rest, notice, enter })
  place.replaceChildren(entrance.element)
  entrance.focus()
}

const visitor = lastVisitor()
if (visitor) enter(visitor)
else welcome(null)
