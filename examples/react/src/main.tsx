import { ChatClient, type ChatProblem, ChatRest } from 'edge-chat-client'
import { useChat } from 'edge-chat-client/react'
import { type FormEvent, StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'

const url: string = import.meta.env.VITE_CHAT_URL ?? 'http://localhost:8787'
// The refresh token is in memory: a reload of the page logs out.
const rest = new ChatRest({ url })
const chat = new ChatClient({ url, getToken: rest.getToken })

function LoginForm() {
  const [problem, setProblem] = useState('')
  async function logIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    setProblem('')
    const form = new FormData(event.currentTarget)
    const [email, password] = [String(form.get('email')), String(form.get('password'))]
    try {
      await rest.login({ email, password })
      await chat.connect()
    } catch (thrown) {
      setProblem((thrown as ChatProblem).message)
    }
  }
  return (
    <form onSubmit={logIn}>
      <input name="email" type="email" aria-label="Email" autoComplete="email" required />
      <input name="password" type="password" aria-label="Password" required />
      <button type="submit">Log in</button>
      <p role="alert">{problem}</p>
    </form>
  )
}

function Room() {
  const { status, onlineCount, messages } = useChat(chat)
  return (
    <main>
      <p role="status">{status === 'online' ? `${onlineCount} online` : status}</p>
      <ul>
        {messages.map(({ key, username, content, state }) => (
          <li key={key}>
            <b>{username}</b> {content} {state === 'failed' && '(not sent)'}
          </li>
        ))}
      </ul>
      <form action={(form) => void chat.send(String(form.get('content')))}>
        <input name="content" aria-label="Message" required />
        <button type="submit">Send</button>
      </form>
    </main>
  )
}

function App() {
  const { status, stopped } = useChat(chat)
  if (status === 'idle') return null
  return stopped === 'signed_out' ? <LoginForm /> : <Room />
}

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
