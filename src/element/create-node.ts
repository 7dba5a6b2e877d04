// Makes nodes of the component. Texts are always text, never HTML.

type Child = Node | string

/** @param properties are set on the node; those with a dash, and `role`, are attributes */
export function createNode<N extends keyof HTMLElementTagNameMap>(
  name: N,
  properties: Record<string, unknown> = {},
  ...children: Child[]
): HTMLElementTagNameMap[N] {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(properties))
    if (key.includes('-') || key === 'role') node.setAttribute(key, String(value))
    else Object.assign(node, { [key]: value })
  node.append(...children)
  return node
}

const link = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])/

/** A text with its web addresses as links. */
export function linkedText(text: string): Child[] {
  return text.split(link).map((part, index) => {
    if (index % 2 === 0) return part
    return createNode('a', { href: part, target: '_blank', rel: 'noopener nofollow' }, part)
  })
}
