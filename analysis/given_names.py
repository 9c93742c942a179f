"""Given names that tell a person's gender in most of the world's English-language news.

A short list by general knowledge: names in wide use for one gender only. What a
text itself says ("Ms.", "her husband") always outweighs it.
"""

from analysis.wordlists import word_set

MASCULINE_NAMES = word_set(
    """
    aaron abdul abdullah abdulrahman abraham adam adolfo adrian ahmad ahmed ahmet alan albert
    alberto aldo alejandro aleksandr alexander alexandre alexei alexey alfonso alfred alfredo ali
    allan allen amadou amir anatoly anders andre andreas andres andrew andrey andrii andriy andy
    angus anil antal anton antonio antony anthony anwar arjun armando arnold arthur arturo ashok
    asif augusto austin axel barack barry bashar ben benito benjamin benny bernard bernardo bernie
    bertrand bill billy bjorn bob bobby boris brad bradley brandon brent brett brian bruce bruno
    bryan byron calvin carl carlos cesar chad charles charlie chris christian christoph christopher
    chuck clarence claudio clayton clifford clint colin connor craig curtis cyril cyrus daniel
    danny dario darren dave david dean deepak denis dennis derek desmond diego dieter dimitri
    dirk dmitri dmitriy dmitry dmytro domingo dominic donald doug douglas duncan dustin dwight
    earl ed eddie edgar eduardo edward edwin elijah emiliano emilio emmanuel enrique eric erik
    ernest ernesto ethan eugene evan evo fabio faisal farouk federico felipe felix ferdinand
    fernando fidel florian francesco francis francisco francois frank frankie franklin franz fred
    frederick friedrich fumio gabriel gary gavin gene geoff geoffrey george georges gerald gerard
    gerhard gianni gilbert giovanni giuseppe glenn gordon graham greg gregory grigory guillermo
    gustavo guy hamid hamza hans harold harry harvey hasan hassan hector helmut henri henrik
    henry herbert herman hideo hiroshi howard hugh hugo hussein ian ibrahim igor ilya imran isaac
    ismail ivan jack jacob jacques jaime jair jake jakob jamal james jared jason javier jay
    jeb jeff jeffrey jens jeremiah jeremy jerome jerry jesus jim jimmy joachim joao joaquin joe
    joel johan johannes john johnny jonas jonathan jorge jose josef joseph josh joshua juan jules
    julian julio junichiro jurgen justin kareem karim karl keith ken kenneth kevin khaled
    khalid klaus konrad konstantin kurt kyle kwame lamar lance larry lars laurent lawrence
    lech leo leon leonard leonid leonardo leroy lester lewis liam lincoln lionel lloyd lorenzo
    louis luca lucas luigi luis lukas luke luther magnus mahmoud malcolm manfred manuel marc
    marcel marcelo marco marcos marcus mario mark markus marshall martin marvin mateusz mathias
    matt matteo matthew mauricio maurice max maxim maximilian mehmet michael michal michel miguel
    mike mikhail milan milos mitch mitt mohamed mohammad mohammed mohammad mohan moses muhammad
    mustafa mykola narendra nasser nathan nathaniel neil nelson newt nicholas nick nicolas nigel
    nikolai nikolay nils noah norman oleg oleksandr oleksiy oliver omar oscar osama osman otto
    owen pablo paolo pascal patrick paul pavel pavlo pedro pete peter petr petro philip
    philippe phil phillip pierre piotr pranab pravin rafael rahul raj rajesh rajiv ralph ramon
    randall randy rashid raul ravi ray raymond recep reinhard ricardo riccardo richard rick
    ricky rob robert roberto rodney rodolfo rodrigo roger roland rolf roman ron ronald ronnie ross
    roy rudolf rudy rupert russell rustam ryan said salah saleh salman salvador samir samuel
    sandro sanjay santiago saul scott sean sebastian serge sergei sergey sergio serhiy seth shane
    shaun sheldon shinzo silvio simon soren stanley stefan stephan stephen steve steven stewart
    stuart sven sylvester tariq tayyip ted terrence terence teodoro theodore theo thomas thorsten
    tim timothy toby todd tom tomas tommy tony travis trevor tyler ulrich umar umberto uwe vaclav
    valentin valery vasily victor vijay viktor vincent vitaly vitaliy vladimir volodymyr volker
    wade walter warren wayne werner wilfred wilhelm will willem william willie winston wladyslaw
    wolfgang yasser yevgeny yoshihide yuri yusuf yves zbigniew
    """
)
FEMININE_NAMES = word_set(
    """
    abigail ada adele adriana agnes aisha alexandra alice alicia alina alison allison alyssa amanda
    amal amber amelia amina amy ana anastasia angela angelica angelina anita anja ann anna
    annabel annalena anne anneke annette annie annika antoinette antonia aoife ariana arlene astrid
    audrey azucena barbara beatrice beatriz becky bella benazir bernadette beth bethany betsy
    betty beverly bianca birgit blanca brenda bridget brigitte brittany camilla camille candace
    carla carly carmen carol carole carolina caroline carolyn catalina caterina catherine cathy
    cecilia celeste celia celine chantal charlene charlotte chelsea cherie cheryl chiara chloe
    christiane christina christine cindy clara clare claudia colette colleen condoleezza constance
    consuelo cora corazon cristina crystal cynthia daisy danielle daphne dawn deborah debbie
    deirdre delia denise diana diane dilma dolores donna dora doris dorothy edith edna eileen elaine
    elena eleanor elisabeth elise eliza elizabeth ella ellen ellie eloise elsa emilia emily emma
    erica erika erin esther eva evelyn farah fatima fatou fiona flora florence frances francesca
    francine frida gabriela gabriella gabrielle gail gemma genevieve georgia georgina geraldine
    gertrude gina giorgia gisele giulia gladys gloria golda grace greta gretchen gwen hannah harriet
    heather hedda heidi helen helena helene helga henrietta hilary hilda hillary holly hope ida
    ilhan imelda indira ines ingrid irena irene irina iris isabel isabella isabelle ivanka jackie
    jacqueline jane janet janice jasmine jeanne jeannette jelena jen jenna jennifer jenny jessica
    jill joan joanna joanne jocelyn josephine joy joyce juanita judith judy julia juliana julie
    juliet julieta kamala kaja karen karin karina karla kate katherine katharina kathleen kathryn
    kathy katie katrina katya kayla keiko kellyanne kimberly kirsten kirstjen krystal lara larissa
    laura lauren leila lena leticia lidia liesl lili lillian lily lina linda lisa liz liza lola
    loretta lorraine louisa louise lucia lucille lucinda lucy luisa lydia lynn mabel madeleine
    madeline magdalena maggie maia malala manuela marcela marcia margaret margarita margrethe maria
    mariam mariana marianne marie marilyn marina marine marisa marjorie marlene marta martha martina
    mary maryam matilda maureen maya megan meghan melanie melania melinda melissa mercedes meryl
    mette mia michaela michelle mildred miriam moira molly mona monica monique muriel nadia
    nadine nancy naomi natalia natalie natasha nell nicole nina nora norma olena olga olivia oksana
    oprah paloma pamela patricia patty paula paulina pauline peggy penelope penny petra phoebe
    phyllis pilar priscilla priyanka rachel ramona raquel rebecca regina renata rhonda rita roberta
    rosa rosalind rosario rose rosemary roxana ruth sabine sabrina sally samantha samira sandra
    sanna sara sarah selena serena shannon sharon sheila sheryl shirin shirley silvia simone sofia
    sonia sonja sonya sophia sophie
    stacey stephanie sue susan susana susanna susanne suzanne svetlana
    sylvia tamara tania tanya tara tatiana teresa tessa thelma theresa therese tiffany tina toni
    tracey ursula valentina valeria valerie vanessa vera veronica veronique vicki vicky victoria
    viola violeta virginia vivian viviane wanda wendy whitney wilma winnie xiomara yael yasmin
    yolanda yulia yuliya yvette yvonne zahra zainab zoe zsuzsanna
    """
)
