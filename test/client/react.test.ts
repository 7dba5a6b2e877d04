import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { ChatClient } from '../../src/client/chat-client.ts'
import { useChat } from '../../src/client/react.ts'
import { Harness } from './harness.ts'

test('on a server the hook gives an unconnected client, whatever the client is', async () => {
  const harness = new Harness()
  const { platform } = harness
  const chat = new ChatClient({ url: 'https://chat.test', getToken: () => 't0', platform })
  await harness.goOnline(chat)
  harness.deliver(harness.room.post('hello'))
  const View = () => {
    const { status, messages } = useChat(chat)
    return createElement('p', null, `${status} ${messages.length}`)
  }
  expect(chat.state.status).toBe('online')
  expect(renderToString(createElement(View))).toBe('<p>idle 0</p>')
})
