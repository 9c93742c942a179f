/** Stories to try. People, places and events are invented. */

const PLAIN = "text/plain";
const HTML = "text/html";

export const EXAMPLES = [
  {
    title: "A council vote",
    headline: "Kelmarsh to bring back its night ferry",
    type: PLAIN,
    text: `KELMARSH — The night ferry across the Orne will sail again in March, the town council decided on Tuesday after a debate that lasted until midnight.

“For three years we have asked nurses and bakers to take a taxi home,” said Edda Voss, the councillor who had called the vote. “That ends now.”

The Kelmarsh Harbour Authority puts the cost at 1.4 million crowns a year. Its director, Tomas Akerlund, called the figure “honest, if not pretty” and promised a review after twelve months.

Not everybody was convinced. Pia Renner, who leads the opposition, told the Kelmarsh Courier that the money had been meant for the roof of the school in Lower Quay. “A ferry does not keep the rain out,” she said.

According to Voss, the county will pay for the roof. The county has not confirmed this.

The Orne Line, a family company from Dravik, will run the boat. “My grandfather lit the lamps on the first one,” said Marit Sorensen, its owner. “I would like to light them on this one.”
`,
  },
  {
    title: "Damaged quotation marks",
    headline: "Storm closes the pass at Valmora",
    type: PLAIN,
    text: `”We had not seen so much snow in forty years“ said the keeper of the hut, Bruno Testani. ”The door did not open any more“, he added.

The province sent two ploughs on Sunday. ““The road is closed until further notice””, announced Chiara Lunedi, who directs the civil protection of Valmora. ““Nobody should go up there on his own account””, said Lunedi.

Of the thirty guests, twenty-six walked down on Monday. ”I was not afraid“"I was only hungry", laughed Mauro Kessel, a teacher from Trebinia.

The Alpine Rescue Service of Trebinia takes a helicopter to the hut today. « It flies if the wind allows it »,said its pilot,Elsa Grandi,"not otherwise".
`,
  },
  {
    title: "HTML with emoji",
    headline: "A bakery’s 🥐 becomes a party’s sign",
    type: HTML,
    text: `<p><strong>Port Ellery</strong> — It began with a post. &ldquo;Bring a croissant 🥐, not a banner 🪧,&rdquo; <a href="https://news.example/people/noor-hadley">Noor <em>Hadley</em></a> wrote on Friday evening.</p>
<p>By Saturday noon, 4,000 people 👩‍👩‍👧‍👦 stood before the town hall of Port&nbsp;Ellery. The police spoke of &ldquo;the most fragrant rally&rdquo; in their history.</p>
<blockquote>
  <p>We bake from four in the morning 🌙 until seven at night. Nobody had asked us what the new square is for.</p>
  <cite>Luc Marchetti, baker</cite>
</blockquote>
<p>Marchetti &amp; Sons has sold out since. Mayor Ottilie Crane said that she would meet the bakers on Tuesday. &ldquo;I&rsquo;ll bring the coffee ☕️,&rdquo; she told Radio Ellery.</p>
`,
  },
  {
    title: "Who said it?",
    headline: "Third week of the strike at Brennhold",
    type: PLAIN,
    text: `The gates of the Brennhold paper mill stayed shut on Monday, for the third week.

“It is the worst offer in forty years.” Nobody in the hall clapped, and nobody left.

Karin Holm and Lena Aster, the company’s lawyer, met at the gate on Sunday. “It was a good talk,” she said afterwards.

A senior manager, who did not want to be named, said the owners would rather sell the mill than raise wages again. Union members were “tired, but not of each other”, according to a message on their door.

Petra Lang and Oskar Brandt said they would mediate. “We have brought thicker files than these to an end,” they wrote in a letter to the Brennhold Post.
`,
  },
];
