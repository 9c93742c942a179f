"""Telling the language of a text: other languages when sure, English hardly ever for another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import languages
from analysis.languages import (
    Certainty,
    Detection,
    detect_language,
    find_words,
    load_detector,
    sample_text,
)
from tests.texts import texts

# Written for these tests; the events and the people are invented.
NEWS = {
    "de": (
        "Die Bundesregierung will den Ausbau der Bahnstrecken im Osten des Landes beschleunigen. Verkehrsministerin Anna Köhler sagte am Montag in Leipzig, bis zum Jahr 2032 sollten alle wichtigen Verbindungen elektrifiziert sein. „Wir dürfen keine Zeit mehr verlieren“, sagte sie. Die Opposition kritisierte, dass für das Vorhaben bislang kein Geld vorgesehen sei.",
        "Nach den schweren Regenfällen am Wochenende sind in mehreren Gemeinden am Oberrhein die Keller vollgelaufen. Die Feuerwehr war mit rund vierhundert Kräften im Einsatz. Verletzt wurde nach Angaben der Polizei niemand. Für die Nacht zum Dienstag rechnet der Wetterdienst mit weiteren Gewittern, danach soll sich die Lage beruhigen.",
        "Der Autobauer hat im dritten Quartal deutlich weniger verdient als vor einem Jahr. Unter dem Strich blieb ein Gewinn von 1,2 Milliarden Euro, wie das Unternehmen mitteilte. Vorstandschef Markus Brandt machte dafür die schwache Nachfrage in China und die gestiegenen Kosten für Rohstoffe verantwortlich. An den Zielen für das Gesamtjahr hält er fest.",
        "Im Streit um die Schließung des Krankenhauses haben die Beschäftigten am Mittwoch vor dem Rathaus demonstriert. Sie fordern, dass der Landkreis das Haus übernimmt. Landrätin Petra Vogt erklärte, man prüfe alle Möglichkeiten, könne aber nichts versprechen. Eine Entscheidung soll noch vor der Sommerpause fallen.",
        "Die Nationalmannschaft hat ihr erstes Spiel nach der Winterpause verloren. Gegen die Auswahl Schwedens unterlag sie am Abend mit 1:3. Der Trainer zeigte sich enttäuscht von der Leistung seiner Spieler, vor allem in der Abwehr. In der kommenden Woche trifft die Mannschaft in Wien auf Österreich.",
    ),
    "fr": (
        "Le gouvernement a présenté mercredi son projet de loi sur le logement, qui prévoit la construction de deux cent mille appartements sociaux d'ici à la fin du quinquennat. « C'est un effort sans précédent », a déclaré la ministre Claire Dumas à l'issue du conseil. Les associations jugent ces mesures insuffisantes et demandent un encadrement des loyers.",
        "Un incendie s'est déclaré dans la nuit de samedi à dimanche dans un immeuble du centre de Lille, faisant trois blessés légers. Les pompiers ont maîtrisé les flammes vers cinq heures du matin. Une enquête a été ouverte pour déterminer les causes du sinistre, a indiqué le parquet dans un communiqué.",
        "Les agriculteurs ont bloqué plusieurs routes du Sud-Ouest pour protester contre la baisse du prix du lait. Ils réclament une rencontre avec le préfet, qui n'avait pas encore répondu jeudi soir. « Nous ne partirons pas avant d'avoir obtenu des garanties », a prévenu Michel Laurent, porte-parole du syndicat.",
        "La banque centrale a décidé de laisser ses taux directeurs inchangés, malgré le ralentissement de l'inflation observé depuis le début de l'année. Les marchés s'attendaient à cette décision, mais espéraient un signe plus clair pour l'automne. La Bourse de Paris a clôturé en légère baisse.",
        "À quelques semaines du festival, les organisateurs ont dévoilé le programme de cette nouvelle édition, qui accueillera une trentaine de compagnies venues de toute l'Europe. La metteuse en scène Jeanne Morel ouvrira la soirée inaugurale avec une pièce consacrée à la mémoire des villages disparus.",
    ),
    "it": (
        "Il governo ha approvato ieri sera il decreto che stanzia due miliardi di euro per la messa in sicurezza delle scuole. «È un passo avanti atteso da anni», ha detto la ministra dell'Istruzione al termine della riunione. I sindaci chiedono però che i fondi arrivino prima dell'inizio dell'anno scolastico.",
        "È di quattro feriti il bilancio dell'incidente avvenuto questa mattina sull'autostrada tra Bologna e Firenze, dove un camion ha perso il carico. La carreggiata è rimasta chiusa per oltre tre ore, con lunghe code in entrambe le direzioni. Sul posto sono intervenuti i vigili del fuoco e la polizia stradale.",
        "I lavoratori dello stabilimento siderurgico hanno proclamato uno sciopero di otto ore contro il piano di ristrutturazione annunciato dall'azienda. Secondo i sindacati sono a rischio più di novecento posti. «Non accetteremo licenziamenti», ha dichiarato il segretario provinciale Marco Ferri davanti ai cancelli della fabbrica.",
        "La Procura ha chiesto il rinvio a giudizio per l'ex assessore e per altre undici persone, accusate di aver favorito alcune imprese negli appalti per la manutenzione delle strade. Gli avvocati della difesa sostengono che le intercettazioni non provano nulla. L'udienza preliminare è fissata per il mese prossimo.",
        "Dopo due settimane di caldo eccezionale, da domani le temperature torneranno nella media su gran parte della penisola. Lo annuncia il servizio meteorologico, che prevede temporali anche forti al Nord e lungo l'Appennino. Nelle isole invece il tempo resterà soleggiato almeno fino a venerdì.",
    ),
    "es": (
        "El presidente anunció este martes un plan para rebajar el precio de la electricidad a los hogares con menos ingresos. «Nadie debe pasar frío este invierno», afirmó durante una visita a Zaragoza. La oposición considera que las medidas llegan tarde y pide que se reduzcan también los impuestos sobre el gas.",
        "La policía detuvo ayer a siete personas acusadas de vender entradas falsas para los conciertos del verano. Según los investigadores, la red operaba desde hacía dos años en varias ciudades del país y habría estafado a más de tres mil aficionados. Los detenidos pasarán mañana a disposición judicial.",
        "Miles de vecinos salieron a las calles para exigir que se limpie el río, contaminado desde hace meses por los vertidos de una planta química. La alcaldesa, Lucía Romero, aseguró que el ayuntamiento ha presentado una denuncia y que no descarta cerrar la fábrica si los análisis confirman los daños.",
        "El equipo argentino ganó en el último minuto un partido que parecía perdido y se clasificó para la final del torneo. El entrenador elogió el esfuerzo de los jugadores jóvenes, que entraron después del descanso. El domingo se enfrentará al vencedor de la otra semifinal, que se disputa esta noche en Montevideo.",
        "Las exportaciones de frutas crecieron un ocho por ciento durante el primer semestre, gracias sobre todo a la demanda de los países asiáticos. Los productores advierten, sin embargo, de que la falta de agua puede poner en peligro la próxima cosecha. El ministerio estudia ayudas para modernizar el riego.",
    ),
    "pt": (
        "O governo federal anunciou nesta quinta-feira um pacote de obras para recuperar as estradas destruídas pelas chuvas. Segundo a ministra, serão investidos quatro bilhões de reais até o fim do próximo ano. “As famílias não podem esperar mais”, disse ela em Porto Alegre, onde visitou um abrigo.",
        "A Polícia Judiciária deteve três homens suspeitos de assaltar lojas de telemóveis na região de Lisboa. Os detidos, com idades entre os 22 e os 35 anos, vão ser presentes a um juiz ainda hoje. As autoridades recuperaram parte do material roubado numa garagem em Setúbal.",
        "Os professores das escolas públicas decidiram manter a greve por tempo indeterminado depois de uma assembleia que reuniu cerca de cinco mil pessoas. Eles pedem reajuste salarial e a contratação de novos funcionários. A secretaria da Educação afirmou que não há dinheiro para atender às reivindicações.",
        "O preço do café atingiu o valor mais alto em dez anos por causa da seca que afeta as principais regiões produtoras. Os agricultores temem perder um terço da colheita. “Nunca vimos uma situação assim”, lamentou João Pereira, presidente da cooperativa, que espera ajuda dos bancos.",
        "A seleção portuguesa venceu por dois a zero e garantiu a presença no campeonato da Europa. O treinador mostrou-se satisfeito com a exibição, embora tenha reconhecido que a equipa sentiu dificuldades na primeira parte. Os bilhetes para os jogos do grupo começam a ser vendidos na segunda-feira.",
    ),
    "nl": (
        "Het kabinet trekt volgend jaar extra geld uit voor de bouw van betaalbare woningen. Dat heeft minister De Wit dinsdag aan de Tweede Kamer laten weten. „We moeten nu doorpakken”, zei hij na afloop van het debat. Volgens de oppositie komt het plan veel te laat en is het bedrag te klein.",
        "Bij een ongeval op de snelweg tussen Utrecht en Amersfoort zijn woensdagochtend twee mensen gewond geraakt. Een vrachtwagen botste op een bestelbus die met pech langs de kant stond. De weg was urenlang afgesloten, waardoor lange files ontstonden. De politie onderzoekt hoe het ongeluk kon gebeuren.",
        "De gemeente wil dat er in de binnenstad minder auto's rijden en dat er meer ruimte komt voor fietsers en voetgangers. Bewoners kunnen de komende maand hun mening geven over de plannen. Winkeliers vrezen dat klanten wegblijven als parkeren nog duurder wordt, zegt hun voorzitter Joost Mulder.",
        "De koffiefabriek in Groningen gaat dicht en driehonderd werknemers verliezen hun baan. De directie zegt dat de productie te duur is geworden en naar Polen wordt verplaatst. De vakbonden zijn boos omdat zij het nieuws uit de krant moesten vernemen. Morgen beginnen de gesprekken over een sociaal plan.",
        "Onderzoekers van de universiteit hebben in de Waddenzee een wrak gevonden dat waarschijnlijk uit de zeventiende eeuw stamt. Het schip ligt onder een dikke laag zand en is daardoor goed bewaard gebleven. Duikers gaan in het voorjaar kijken of er nog lading aan boord is.",
    ),
    "sv": (
        "Regeringen vill höja straffen för grova vapenbrott och ge polisen större möjligheter att avlyssna misstänkta. Det meddelade justitieministern vid en pressträff på torsdagen. Enligt henne ska de nya reglerna börja gälla redan i vår. Oppositionen är kritisk och menar att förslaget inte är tillräckligt utrett.",
        "Två personer fördes till sjukhus efter en brand i ett flerfamiljshus i Malmö natten mot söndagen. Räddningstjänsten var på plats med fyra bilar och kunde släcka elden efter några timmar. Vad som orsakade branden är ännu oklart, säger polisens talesperson.",
    ),
    "da": (
        "Regeringen vil bruge to milliarder kroner på at forbedre forholdene for de ældre på landets plejehjem. Det sagde socialministeren ved et pressemøde i København onsdag. Kommunerne er glade for pengene, men advarer om, at det bliver svært at finde nok medarbejdere, og at problemerne derfor ikke forsvinder med det samme.",
        "Politiet leder efter en mand, der natten til lørdag røvede en tankstation uden for Aarhus. Ifølge vidner løb han væk mod skoven efter at have truet en ansat med en kniv. Ingen kom noget til, oplyser vagtchefen, som beder folk om at ringe, hvis de har set noget.",
    ),
    "nb": (
        "Regjeringen vil bruke mer penger på vedlikehold av jernbanen etter en vinter med mange forsinkelser. Det sa samferdselsministeren da hun la fram planen i Bergen på mandag. Hun lover at togene skal gå oftere og være mer punktlige, men opposisjonen mener at bevilgningene ikke strekker til.",
        "To menn ble reddet opp fra sjøen utenfor Tromsø natt til fredag etter at båten deres hadde gått på grunn. De hadde på seg redningsvester og ble funnet etter en halv time, opplyser politiet. Begge er sendt til sykehuset, men skal ikke være alvorlig skadet.",
    ),
    "fi": (
        "Hallitus aikoo lisätä rahaa sairaanhoitajien koulutukseen, koska henkilökunnasta on pulaa lähes koko maassa. Ministerin mukaan ensimmäiset uudet opiskelijat aloittavat jo syksyllä. Ammattiliitto pitää päätöstä hyvänä, mutta huomauttaa, että myös palkkoja on korotettava, jotta työntekijät pysyvät alalla.",
    ),
    "pl": (
        "Rząd przyjął we wtorek projekt ustawy, który ma ułatwić młodym rodzinom zakup pierwszego mieszkania. Premier zapowiedział, że nowe przepisy wejdą w życie na początku przyszłego roku. Zdaniem opozycji program doprowadzi jedynie do wzrostu cen i nie rozwiąże problemu, z którym kraj zmaga się od lat.",
        "W wypadku autobusu pod Krakowem rannych zostało dwanaście osób, w tym troje dzieci. Kierowca tłumaczył, że na drogę wybiegło zwierzę. Policja bada przyczyny zdarzenia, a prokuratura wszczęła śledztwo. Ruch na trasie przywrócono dopiero wieczorem.",
    ),
    "cs": (
        "Vláda ve středu schválila návrh rozpočtu na příští rok, který počítá s nižším schodkem než letos. Ministr financí řekl, že úspory se nedotknou školství ani zdravotnictví. Podle opozice však návrh stojí na příliš optimistických odhadech a stát se bude dál zadlužovat.",
    ),
    "ro": (
        "Guvernul a aprobat joi o ordonanță prin care pensiile mici vor crește cu zece la sută începând din luna ianuarie. Prim-ministrul a declarat că banii există și că măsura nu va mări deficitul. Opoziția susține însă că promisiunea nu poate fi respectată și cere publicarea tuturor calculelor.",
    ),
    "hu": (
        "A kormány bejelentette, hogy jövőre emeli a tanárok fizetését, és több pénzt ad a vidéki iskolák felújítására. A miniszter szerint ez a legnagyobb fejlesztés az elmúlt húsz évben. A szakszervezetek óvatosan fogadták a hírt, mert korábban már többször kaptak hasonló ígéretet, amelyből végül nem lett semmi.",
    ),
    "tr": (
        "Hükümet, depremden zarar gören illerde yıl sonuna kadar elli bin konutun tamamlanacağını açıkladı. Bakan, Malatya'da yaptığı konuşmada çalışmaların gece gündüz sürdüğünü söyledi. Muhalefet ise verilen sözlerin tutulmadığını ve binlerce ailenin hâlâ çadırlarda yaşadığını belirtti.",
    ),
    "id": (
        "Pemerintah akan membangun tiga bendungan baru untuk mengatasi kekeringan yang melanda Jawa Tengah sejak awal tahun. Menteri mengatakan bahwa pekerjaan akan dimulai bulan depan dan selesai dalam dua tahun. Warga berharap janji itu benar-benar ditepati karena sawah mereka sudah lama tidak dapat ditanami.",
    ),
    "vi": (
        "Chính phủ vừa thông qua kế hoạch xây dựng tuyến đường sắt mới nối Hà Nội với các tỉnh miền núi phía Bắc. Bộ trưởng cho biết công trình sẽ được khởi công vào cuối năm nay và hoàn thành sau năm năm. Người dân hy vọng việc đi lại sẽ thuận tiện hơn.",
    ),
    "ca": (
        "El Govern ha aprovat aquest dimarts un pla per construir deu mil habitatges públics abans que s'acabi la legislatura. La consellera ha dit que els ajuntaments hauran de cedir els terrenys i que les obres començaran a la primavera. L'oposició creu que els diners no arribaran per a tothom.",
    ),
    "sw": (
        "Serikali imetangaza kwamba itajenga shule mpya mia mbili katika mikoa ya kusini kabla ya mwisho wa mwaka ujao. Waziri wa elimu alisema kuwa watoto wengi wanalazimika kutembea kilomita nyingi kila siku. Wazazi wamefurahi kusikia habari hiyo lakini wanataka kuona kazi ikianza haraka.",
    ),
    "ru": (
        "Правительство выделит дополнительные средства на ремонт дорог в северных регионах страны. Об этом сообщил министр транспорта на совещании в Архангельске. По его словам, работы начнутся уже в мае и продлятся до осени. Местные жители жалуются, что добраться до больницы зимой почти невозможно.",
        "Полиция задержала двух человек, которых подозревают в краже картин из городского музея. Полотна нашли в гараже на окраине города, они не пострадали. Директор музея Елена Орлова поблагодарила следователей и сказала, что выставка откроется в назначенный день.",
    ),
    "uk": (
        "Уряд ухвалив рішення про відбудову мостів, зруйнованих під час весняної повені. Міністр заявив, що перші роботи розпочнуться вже наступного тижня, а кошти надійдуть з державного бюджету. Мешканці навколишніх сіл сподіваються, що до зими вони знову зможуть їздити до міста.",
    ),
    "bg": (
        "Правителството одобри нова програма за ремонт на училищата в малките общини. Министърът обяви, че парите ще бъдат преведени още през лятото, за да започне учебната година навреме. Според опозицията средствата няма да стигнат и проблемите ще останат нерешени.",
    ),
    "el": (
        "Η κυβέρνηση ανακοίνωσε την Τρίτη νέα μέτρα για τη στήριξη των αγροτών που έχασαν τη σοδειά τους από τις πλημμύρες. Ο υπουργός δήλωσε ότι οι αποζημιώσεις θα καταβληθούν μέχρι το τέλος του μήνα. Η αντιπολίτευση υποστηρίζει ότι τα χρήματα δεν επαρκούν.",
    ),
    "ar": (
        "أعلنت الحكومة يوم الاثنين خطة جديدة لبناء مئة ألف وحدة سكنية للشباب خلال السنوات الثلاث المقبلة. وقال وزير الإسكان في مؤتمر صحفي إن العمل سيبدأ قبل نهاية العام. وأضاف أن المصارف ستقدم قروضا ميسرة، لكن المعارضة شككت في قدرة الدولة على تمويل المشروع.",
        "قتل خمسة أشخاص وأصيب عشرون آخرون في حادث تصادم بين حافلة وشاحنة على الطريق الصحراوي صباح اليوم. ونقلت سيارات الإسعاف المصابين إلى المستشفيات القريبة، وفتحت النيابة تحقيقا لمعرفة أسباب الحادث.",
    ),
    "fa": (
        "دولت روز یکشنبه اعلام کرد که برای کمک به کشاورزانی که از خشکسالی آسیب دیده‌اند بودجه تازه‌ای در نظر گرفته است. وزیر کشاورزی گفت پرداخت‌ها از ماه آینده آغاز می‌شود. نمایندگان مجلس می‌گویند این مبلغ کافی نیست و باید بیشتر شود.",
    ),
    "he": (
        "הממשלה אישרה ביום ראשון תוכנית לבניית בתי ספר חדשים בצפון הארץ. שרת החינוך אמרה כי העבודות יתחילו בקיץ וכי התקציב כבר הועבר לרשויות המקומיות. ההורים מקווים שהכיתות יהיו קטנות יותר, אך ראשי הערים טוענים שהכסף לא יספיק.",
    ),
    "hi": (
        "सरकार ने सोमवार को घोषणा की कि अगले साल तक सभी गाँवों में पीने का साफ पानी पहुँचाया जाएगा। मंत्री ने कहा कि इस योजना पर काम शुरू हो चुका है और पैसे की कोई कमी नहीं है। विपक्ष का कहना है कि ऐसे वादे पहले भी किए गए थे, लेकिन लोग आज भी परेशान हैं।",
    ),
    "zh": (
        "政府星期一宣布，将在未来五年内投资两千亿元改善农村地区的交通条件。交通部长在新闻发布会上表示，首批工程将于今年秋天开工，预计可以创造数万个就业机会。当地居民希望新的公路能够让孩子们上学更加方便。",
        "警方昨天在市中心逮捕了三名嫌疑人，他們涉嫌偷竊博物館的古代瓷器。館長表示，所有文物都已經找回，沒有受到損壞。這個展覽將按照原定計劃在下個月開幕，歡迎市民前往參觀。",
    ),
    "ja": (
        "政府は月曜日、地方の病院で医師が不足している問題に対応するため、新しい支援制度を始めると発表した。大臣は記者会見で「住民が安心して暮らせるようにしたい」と述べた。野党は、予算が足りず、効果は限られると批判している。",
    ),
    "ko": (
        "정부는 월요일 농촌 지역의 학교를 지원하기 위해 내년 예산을 크게 늘리겠다고 발표했다. 장관은 기자회견에서 학생들이 어디에 살든 좋은 교육을 받을 수 있어야 한다고 말했다. 야당은 구체적인 계획이 부족하다고 비판했다.",
    ),
}

ENGLISH = {
    "British": "The council has apologised to residents after bin collections in three neighbourhoods were cancelled for a fortnight. A spokeswoman said lorries had broken down and spare parts were held up at the docks. “We recognise that this isn't good enough,” she said, adding that the backlog would be cleared by the weekend.",
    "American": "A federal judge on Friday blocked the state from enforcing its new voting law, saying it would keep thousands of eligible citizens from casting a ballot in November. The governor's office said it would appeal. “Nobody should have to stand in line for six hours,” said Maria Torres, who runs a community center in Tucson.",
    "Nigerian": "The Oba of Ijede has called on youths in the community to shun cultism and embrace skills acquisition. Speaking at the palace during the Ileya celebration, Oba Adewale Okunola said no society could thrive without peace. Chief Mrs. Folasade Bankole-Ajayi, the Iyaloja, thanked the monarch on behalf of the market women.",
    "Kenyan": "Residents of Kapsowar have appealed to the county government to repair the Chebiemit road, saying boda boda riders can no longer ferry patients to hospital during the long rains. MCA Kiprono Cheruiyot said the matter had been raised in the assembly but no funds were set aside in the supplementary budget.",
    "Indian": "The Panchayat Samiti chairperson on Tuesday alleged that crores of rupees meant for the Jal Jeevan scheme had been siphoned off. Addressing mediapersons, Smt. Lakshmi Devi said a vigilance enquiry should be ordered at the earliest. The District Collector said action would be taken as per law against those found guilty.",
    "Singaporean": "Commuters on the Punggol line faced delays of up to 40 minutes on Monday after a signalling fault near Kovan. Mr Tan Wei Ming, who was on his way to Toa Payoh, said announcements were made only in English. The operator deployed shuttle buses and said that train services resumed at 9.15am.",
    "translated": "This morning the mayor has declared that the works of the new metro they will be concluded inside the year. “It is about an historical result ”affirmed, thanking to all the technicians. The opposition instead denounces that the costs are gone up of the thirty per cent and asks to see the papers.",
    "quoted titles": "The director is best known for “La vida es un sueño” and “Los amantes de la noche”, which won three prizes in Madrid. Her next film, “El camino de vuelta”, opens in cinemas on Friday and was shot in the mountains of Peru.",
    "no marks": "she wont come said the minister and thats final adding they dont see why anyone would pay twice for what everybodys had for nothing since the bridge was built theres no money left he told the reporters who werent let in",
    "mojibake": "The company said it wouldnâ€™t comment on â€œrumours and speculationâ€\x9d about the saleâ€”but two people close to the talks, who arenâ€™t allowed to speak, said a dealâ€™s near. The shares rose by a tenth in CuraÃ§ao and SÃ£o Paulo.",
    "markup": '<p class="story__body" data-id="x">The&nbsp;prime minister <b>said</b> &ldquo;we have no choice&rdquo; on Monday, see <a href="https://example.org/de/nachrichten/der-kanzler-und-die-wahl.html">here</a>, @tagesschau #bundestagswahl or write to redaktion@beispiel.de before the end of the week.</p>',
    "web": "so i got the phone last week and honestly its fine, battery lasts like two days, camera isn't great at night but whatever. would buy it again for that price, just don't drop it because the glass breaks if you look at it wrong",
}

HEADLINES = (
    "Macron, Scholz and Meloni meet in Versailles as Ukraine talks stall",
    "Real Madrid beat Bayern Munich to reach Champions League final",
    "Xi hails Lula's visit as Brasília signs Huawei deal in Beijing",
    "São Paulo mayor Ricardo Nunes declares emergency over floods",
    "MODI TO VISIT THIRUVANANTHAPURAM, KOZHIKODE AHEAD OF KERALA POLLS",
    "Van der Poel wins Ronde van Vlaanderen ahead of Van Aert",
    "Gunmen kill 12 in Zamfara, abduct village head's wife",
    "I Am What I Am",
    "Follow @reporter_de on Twitter for more",
    "Ngozi Okonjo-Iweala, Aliko Dangote, Babatunde Fashola honoured in Abuja",
    "Uhuru Kenyatta, Raila Odinga and William Ruto at Nyayo Stadium",
    "Copyright © 2021 Agence France-Presse. All rights reserved.",
)


def each(news: dict[str, tuple[str, ...]]) -> list:
    return [
        pytest.param(text, language, id=f"{language} {number}")
        for language, paragraphs in news.items()
        for number, text in enumerate(paragraphs, 1)
    ]


def every(named: dict[str, str]) -> list:
    return [pytest.param(text, id=name) for name, text in named.items()]


CASES = pytest.mark.parametrize(
    "in_case",
    [
        pytest.param(str, id="as written"),
        pytest.param(str.lower, id="lower"),
        pytest.param(str.upper, id="upper"),
    ],
)


@CASES
@pytest.mark.parametrize(("text", "language"), each(NEWS))
def test_other_language(text: str, language: str, in_case: Callable[[str], str]):
    """A paragraph of news in another language is told for sure, whatever its capitals."""
    found = detect_language(in_case(text))
    assert (found.language, found.reason) == (language, Certainty.SURE)
    assert 0.8 <= found.confidence <= 1


@pytest.mark.parametrize(
    "in_case", [pytest.param(f, id=f.__name__) for f in (str, str.lower, str.upper, str.title)]
)
@pytest.mark.parametrize("text", every(ENGLISH))
def test_english(text: str, in_case: Callable[[str], str]):
    """English is English wherever it is written, and however badly."""
    found = detect_language(in_case(text))
    assert (found.language, found.reason) == ("en", Certainty.SURE)


@CASES
@pytest.mark.parametrize("text", HEADLINES)
def test_headline(text: str, in_case: Callable[[str], str]):
    """A headline may be too short to tell, but is not taken for another language."""
    assert detect_language(in_case(text)).language in {None, "en"}


@pytest.mark.parametrize(("text", "language"), each(NEWS))
def test_sentence(text: str, language: str):
    """Of so little text the language is right or not told, and not told of fewer letters."""
    assert detect_language(text[:90]).language in {None, language}
    assert detect_language(text[:10]) == Detection(None, 0.0, Certainty.SHORT)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n" * 500_000, id="blank"),
        pytest.param("The minister said no.", id="one short sentence"),
        pytest.param("a" * 1_000_000, id="one letter"),
        pytest.param("minister " * 100_000, id="one word"),
        pytest.param("mamma mia " * 100_000, id="two words"),
        pytest.param("\x00" * 5_000, id="NUL"),
        pytest.param("\ud800" * 5_000, id="lone surrogates"),
        pytest.param("😀👩‍👩‍👧🇩🇪" * 1_000, id="emoji"),
        pytest.param("12,5\t3.141\t2024-05-06\n" * 1_000, id="numbers"),
        pytest.param("https://example.org/der-kanzler-hat-gesagt " * 2, id="addresses"),
        pytest.param("@der_kanzler #wahl a.b@beispiel.de " * 50, id="handles"),
        pytest.param("<div class='der die das'>&auml;&#228;&#xE4;<br/>" * 90, id="markup"),
        pytest.param("D e r K a n z l e r w a r i n B o n n " * 90, id="spaced-out letters"),
    ],
)
def test_short(text: str):
    """Without eight different words or so there is nothing to tell."""
    assert detect_language(text) == Detection(None, 0.0, Certainty.SHORT)


@pytest.mark.parametrize("language", ["de", "es", "ru", "ar", "zh"])
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "last"])
def test_mixed(language: str, is_first: bool):
    """A text of two halves in two languages is mixed."""
    other = "\n\n".join(NEWS[language])
    english = "\n\n".join(ENGLISH.values())[: len(other)]
    found = detect_language("\n\n".join((other, english) if is_first else (english, other)))
    assert (found.language, found.reason) == (None, Certainty.MIXED)
    assert found.confidence < 0.7


@pytest.mark.parametrize("language", ["de", "es", "ru", "ar", "zh", "id"])
def test_quotation(language: str):
    """A long quotation does not change the language of what is around it."""
    quote = f"\n\n“{NEWS[language][0]}”\n\n"
    english = list(ENGLISH.values())
    assert detect_language("\n\n".join(english[:4]) + quote + english[4]).language == "en"
    other = "\n\n".join(NEWS[language] * 6)
    assert detect_language(other + "\n\n" + english[5][:200]).language == language


def test_long_text():
    """The places that a sample is drawn from are spread over the whole text."""
    english = "\n\n".join(ENGLISH.values())
    german = "\n\n".join(NEWS["de"])
    assert detect_language(english + "\n\n" + german * 40).language == "de"
    assert detect_language(german + "\n\n" + english * 20).language == "en"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "Among them were Wojciech Kowalczyk, Bartłomiej Wiśniewski, Zbigniew Szczepański, Grażyna Wójcik and Stanisław Dąbrowski.",
            id="one country",
        ),
        pytest.param(
            "The jury included Grzegorz Brzęczyszczykiewicz, Małgorzata Wiśniewska, Þórdís Jónsdóttir, Nguyễn Thị Minh Khai and José Ángel Núñez Rodríguez.",
            id="many countries",
        ),
    ],
)
def test_names_are_not_believed(text: str):
    """Where names are all that tells of another language, it is not believed.

    Without their capitals there is no telling that they are names.
    """
    assert detect_language(text).language is None
    assert detect_language(text.lower()).language == "pl"


def test_quotation_among_names():
    """One quotation on a page of names does not make the page another language's."""
    names = "Smith Ltd, Jones Bros, Kowalski Sp, Nguyen Co, Tanaka KK, Okafor Plc, Haddad SAL, Kaya AS, "
    names += "Silva SA, Rossi Spa, Virtanen Oy, Nagy Kft, Popescu SRL, Novak doo, Hansen ApS, Papadopoulos AE, "
    found = detect_language(names * 3 + NEWS["es"][0][:150] + names * 3)
    assert (found.language, found.reason) == (None, Certainty.UNSURE)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "El sindaco el ga dito che i lavori i scominsiarà la setimana che vien e che la strada la sarà sarada par do mesi. I botegari no i xe contenti parché nissun ghe ga domandà gnente.",
            id="no code of ISO 639-1",
        ),
        pytest.param("xkcd qwrtz plmfg hjklw bnvcx zzyqk wrtpl gfdsq mnbvk " * 3, id="no words"),
    ],
)
def test_unsure(text: str):
    """What looks like no language that has a code is not told."""
    found = detect_language(text)
    assert (found.language, found.reason) == (None, Certainty.UNSURE)
    assert 0 < found.confidence <= 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param(
            "Kerajaan akan membina tiga empangan baharu untuk mengatasi masalah kekurangan air. Menteri berkata kerja pembinaan akan bermula bulan hadapan.",
            "id",
            id="Malay",
        ),
        pytest.param(
            "Vlada je u srijedu prihvatila prijedlog proračuna za sljedeću godinu, koji predviđa više novca za škole i bolnice. Ministar je rekao da se porezi neće povećavati.",
            "hr",
            id="Croatian or Bosnian",
        ),
        pytest.param(
            "Regjeringa vil bruke meir pengar på vedlikehald av jernbanen etter ein vinter med mange forseinkingar. Ho lovar at toga skal gå oftare enn før.",
            "nn",
            id="Nynorsk",
        ),
        pytest.param(
            "Di presidet don tok say government go build plenty school for di north before dis year end. People wey dey live for there say dem don hear dis kain promise before.",
            "en",
            id="Nigerian Pidgin",
        ),
    ],
)
def test_relatives(text: str, language: str):
    """Languages that the classifier splits and news does not go by one code."""
    assert detect_language(text).language == language


@settings(deadline=None, max_examples=50)
@given(texts() | st.text(max_size=300))
def test_any_text(text: str):
    """Whatever comes in, the answer is a language that is sure, or a reason."""
    found = detect_language(text)
    assert (found.language is not None) == (found.reason is Certainty.SURE)
    assert found.language is None or len(found.language) == 2
    assert 0 <= found.confidence <= 1


def test_words_far_apart():
    """Where no stretch has enough words to tell, all of them together may."""
    table = f"{'7' * 30} ".join(f"{word} " for word in ENGLISH["British"].split())
    found = detect_language(table)
    assert (found.language, found.reason) == ("en", Certainty.SURE)


@settings(deadline=None)
@given(st.integers(0, 3_840))
def test_sample_of_short_text(length: int):
    """All of a text that is not longer than a sample is in it."""
    text = "".join(chr(0x4E00 + number) for number in range(length))
    sample = sample_text(text)
    assert set("".join(sample)) == set(text)
    assert all(len(stretch) <= 120 for stretch in sample)


@settings(deadline=None)
@given(st.integers(3_841, 20_000))
def test_sample_of_long_text(length: int):
    """A sample is bounded, in the order of the text, and reaches from its start to its end."""
    text = "".join(chr(0x4E00 + number) for number in range(length))
    sample = sample_text(text)
    assert len(sample) == 32
    assert {len(stretch) for stretch in sample} == {120}
    assert "".join(sample) == "".join(sorted(set("".join(sample))))
    assert (sample[0][0], sample[-1][-1]) == (text[0], text[-1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("“Yes,” she said.", ["“Yes,”", "she", "said."], id="marks"),
        pytest.param("in 2024 – a 5% rise", ["in", "rise"], id="digits and lone letters"),
        pytest.param("à Paris 中 문", ["à", "Paris", "中", "문"], id="other letters"),
        pytest.param("see https://a.example/x-y now", ["see", "now"], id="address"),
        pytest.param("www.example.org me@example.org @me #us so", ["so"], id="mail and handles"),
        pytest.param('<a href="die der">no</a> <i>yes', ["no", "yes"], id="tags"),
        pytest.param('class="der die">Then <img alt="und', ["Then"], id="cut tags"),
        pytest.param("Tom&nbsp;&amp;&#8220;Ann", ["Tom", "Ann"], id="references"),
        pytest.param("I <3 you, 5 < 6 says AT&T", ["you,", "says", "AT&T"], id="no markup"),
        pytest.param("one\ud800two", ["one", "two"], id="surrogate"),
    ],
)
def test_find_words(text: str, words: list[str]):
    """Words have letters, and are no part of markup or an address."""
    assert find_words(text) == words


class Loads:
    """Stands in for the classifier's class, and counts how often it is loaded."""

    count = 0

    def from_model_file(self, *args: object, **options: object) -> object:
        self.count += 1
        return object()


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch):
    counter = Loads()
    monkeypatch.setattr(languages, "LanguageIdentifier", counter)
    languages._load.cache_clear()
    yield counter
    languages._load.cache_clear()


def test_load_once(loads: Loads):
    """Threads that come first together wait for one load, and share what it gives."""
    together = Barrier(8)

    def load(_: int) -> object:
        together.wait()
        return load_detector()

    with ThreadPoolExecutor(8) as pool:
        detectors = set(pool.map(load, range(8)))
    assert (len(detectors), loads.count) == (1, 1)


def test_threads():
    """Many threads at once get the answers that one gets."""
    paragraphs = [text for texts_of in NEWS.values() for text in texts_of] + [*ENGLISH.values()]
    alone = [detect_language(text) for text in paragraphs]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(detect_language, paragraphs * 4)) == alone * 4
