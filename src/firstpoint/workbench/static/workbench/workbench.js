// Brings the parts of a page to life where scripts run; every page works the same without this.
import { initAll } from './govuk-frontend.min.js'

initAll()
followTheFacts(document.querySelector('[data-facts]'))
document.addEventListener('keydown', walk)

// A part that still changes is fetched anew every two seconds, until it says no more that it does.
const again = async () => {
  const shown = document.querySelector('[data-refreshes]')
  if (!shown) return
  const answer = await fetch(window.location.href).catch(() => null)
  if (answer && answer.ok && !shown.contains(document.activeElement)) {
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const anew = page.getElementById(shown.id)
    if (anew) shown.replaceWith(anew)
  }
  setTimeout(again, 2000)
}
setTimeout(again, 2000)

// While facts are changed, what the rules require on them is asked of the same page, and shown in its place.
function followTheFacts(facts) {
  if (!facts) return
  let waiting
  let asked = 0
  const ask = async () => {
    const mine = ++asked
    const written = new URLSearchParams(new FormData(facts.closest('form')))
    written.set('step', 'reckon')
    written.set('part', 'live')
    const answer = await fetch(location.href, { method: 'POST', body: written }).catch(() => null)
    if (!answer?.ok || mine !== asked) return
    const told = new DOMParser().parseFromString(await answer.text(), 'text/html')
    for (const id of ['verdict', 'crimes-lines']) {
      const fresh = told.getElementById(id)
      if (fresh) document.getElementById(id)?.replaceWith(fresh)
    }
    document.getElementById('facts-status').textContent = document.querySelector('#verdict strong')?.textContent ?? ''
  }
  facts.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(ask, 400)
  })
}

// Keys for those who work a queue all day: j and k for the next and the previous, Enter to open, d to decide.
function walk(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return
  const rows = [...document.querySelectorAll('[data-queue] tbody a')]
  if (event.key === 'd') document.querySelector('#decide input:not([type=hidden]), #decide textarea, #decide .govuk-button')?.focus()
  else if (event.key !== 'j' && event.key !== 'k') return
  else if (rows.length) {
    const here = rows.indexOf(document.activeElement)
    const next = event.key === 'j' ? here + 1 : here < 0 ? rows.length - 1 : here - 1
    rows[Math.min(Math.max(next, 0), rows.length - 1)].focus()
  } else document.querySelector(event.key === 'j' ? '[data-beside] [rel=next]' : '[data-beside] [rel=prev]')?.click()
  event.preventDefault()
}
