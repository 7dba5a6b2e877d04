// Two components that share a client. The fragment of the address has the service and the access token.
import { ChatClient } from 'edge-chat-client'
import { useChat } from 'edge-chat-client/react'
import { createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

const [url, token] = location.hash.slice(1).split('&').map(decodeURIComponent)
const chat = new ChatClient({ url, getToken: () => token || null })
const View = () => createElement('p', null, useChat(chat).status)
const root = createRoot(document.querySelector('#root'))
const show = (views) =>
  root.render(
    createElement(
      StrictMode,
      null,
      views.map((key) => createElement(View, { key })),
    ),
  )
show([1, 2])
Object.assign(window, { chat, show })
