/** The name of the campaign that was chosen, whether or not it is still under way. */
const CHOSEN = "linli.app.campaign";

export const campaignChosen = () => localStorage.getItem(CHOSEN);

export function keepCampaign(name: string | null) {
  if (name === null) localStorage.removeItem(CHOSEN);
  else localStorage.setItem(CHOSEN, name);
}
