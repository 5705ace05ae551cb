// Starts the design system's behaviour. Every page works without this file.
const { createAll, components } = window.GOVUKFrontend;

document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of Object.values(components)) {
  createAll(component);
}
