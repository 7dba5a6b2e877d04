// <edge-chat url="https://chat.example.com">: the room in a page of any site. It is in a shadow root, so
// that styles of the page and of the room do not meet; it needs no inline script or style.

import { problemOf } from '../client/problem.ts'
import { make } from '../web/elements/dom.ts'
import { createLoginForm } from './login-form.ts'
import { createRoomView } from './room-view.ts'
import { createSession, type Session } from './session.ts'
import { strings } from './strings.ts'
import { styles } from './styles.ts'

/** On a server there is no HTMLElement: the module can be loaded there, and does nothing. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)

/**
 * The attributes:
 * - `url`: the address of the service, such as `https://chat.example.com`
 * - `remember`: a reload of the tab stays logged in. The refresh token is then in `sessionStorage`, where
 *   every script of the page can read it; without the attribute it is in memory.
 * - `heading`: the text above the room
 * - `theme`: `light` or `dark`; default: the `color-scheme` of the page, which is light if it sets none
 *
 * Styles of the page can set `--edge-chat-accent`, and the size, `background`, `color`, `font` and `border`
 * of the element.
 */
export class EdgeChatElement extends Base {
  /** @internal */
  static readonly observedAttributes = ['url', 'remember', 'heading']
  #session: Session | null = null
  #close = () => {}

  /** @internal */
  connectedCallback(): void {
    this.#open()
  }

  /** @internal */
  disconnectedCallback(): void {
    this.#close()
  }

  /** @internal */
  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return
    if (name !== 'heading') {
      this.#close()
      this.#session = null
    }
    if (this.isConnected) this.#open()
  }

  #open(): void {
    this.#close()
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [styles()]
    const heading = make('h2', {}, this.getAttribute('heading') ?? strings.heading)
    const place = make('div', { class: 'place' })
    // In a node of its own, so that no `display` of the page can break the layout.
    root.replaceChildren(make('div', { class: 'frame' }, heading, place))
    try {
      const url = this.getAttribute('url')
      if (!url) throw new Error(strings.noUrl)
      const isNew = this.#session === null
      this.#session ??= createSession(url, this.hasAttribute('remember'))
      this.#show(this.#session, place, isNew && !this.#session.isSaved)
    } catch (thrown) {
      const { message } = thrown instanceof Error ? thrown : problemOf(thrown)
      place.replaceChildren(make('p', { role: 'alert', class: 'problem' }, message))
    }
  }

  #show(session: Session, place: HTMLElement, isLoggedOut: boolean): void {
    const { chat } = session
    const showLogin = () => {
      const form = createLoginForm(session, () => {
        showRoom()
        view.focus()
      })
      place.replaceChildren(form)
    }
    const showRoom = () => {
      place.replaceChildren(view.node)
      view.draw()
      void chat.connect()
    }
    const view = createRoomView(chat, () => {
      session.logOut()
      this.#session = null
      this.#open()
    })
    const stopDrawing = chat.subscribe(() => {
      if (!view.node.isConnected) return
      if (chat.state.stopped === 'signed_out') showLogin()
      else view.draw()
    })
    this.#close = () => {
      stopDrawing()
      chat.close()
    }
    if (isLoggedOut) showLogin()
    else showRoom()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'edge-chat': EdgeChatElement
  }
}

const registry = globalThis.customElements
if (registry && !registry.get('edge-chat')) registry.define('edge-chat', EdgeChatElement)
