// A bot that rolls dice: it answers `!roll 6` with a reply. It needs Node 22 or newer.

import { ChatClient, ChatRest } from 'edge-chat-client'

const {
  CHAT_URL: url = 'http://localhost:8787',
  BOT_EMAIL: email = 'dice@example.com',
  BOT_PASSWORD: password = 'six sides and a long password',
} = process.env
const username = email.split('@')[0]

const rest = new ChatRest({ url })
try {
  await rest.login({ email, password }).catch(async ({ code, message }) => {
    if (code !== 'bad_credentials') throw new Error(message)
    // It is the first start, or the password is wrong.
    await rest.register({ username, email, password })
    await rest.login({ email, password })
  })
} catch ({ message, errors }) {
  console.error(message, errors ?? '')
  process.exit(1)
}

const chat = new ChatClient({ url, getToken: rest.getToken })
chat.on('status', ({ status, stopped }) => console.log(stopped ?? status))
chat.on('error', (problem) => console.error(problem.message))

process.once('SIGTERM', () => chat.close())
process.once('SIGINT', () => chat.close())

const messages = chat.messages()
await chat.connect()
for await (const { id, user_id, content } of messages) {
  const [, sides] = /^!roll (\d{1,6})$/.exec(content) ?? []
  // A bot that answers itself would never stop.
  if (!sides || user_id === chat.state.user?.id) continue
  const rolled = 1 + Math.floor(Math.random() * Number(sides))
  chat
    .send(`It is a ${rolled}.`, { replyTo: id })
    .catch((problem) => console.error(problem.message))
}
