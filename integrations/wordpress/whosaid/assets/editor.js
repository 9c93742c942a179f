/**
 * The side bar of the block editor.
 *
 * All text that comes from the service is shown as text: React escapes it.
 */
( function ( wp ) {
	'use strict';

	const { createElement: h, Fragment, useEffect, useRef, useState } = wp.element;
	const { Button, Notice, PanelBody } = wp.components;
	const { useDispatch, useSelect } = wp.data;
	const { __, _n, sprintf } = wp.i18n;
	// They moved in WordPress 6.6.
	const { PluginSidebar, PluginSidebarMoreMenuItem } = wp.editor.PluginSidebar
		? wp.editor
		: wp.editPost;

	const TYPES = [
		[ 'person', __( 'People', 'whosaid' ) ],
		[ 'organisation', __( 'Organisations', 'whosaid' ) ],
		[ 'place', __( 'Places', 'whosaid' ) ],
	];

	const REPORTED = {
		mixed: __( 'Partly in the writer’s words', 'whosaid' ),
		indirect: __( 'In the writer’s words', 'whosaid' ),
	};

	/**
	 * Calls back after each save that succeeded. Autosaves are none.
	 *
	 * @param {Function} callback What to do then.
	 */
	function useAfterSave( callback ) {
		const { isSaving, hasSucceeded } = useSelect( ( select ) => {
			const editor = select( 'core/editor' );
			return {
				isSaving: editor.isSavingPost() && ! editor.isAutosavingPost(),
				hasSucceeded: editor.didPostSaveRequestSucceed(),
			};
		}, [] );
		const wasSaving = useRef( false );
		useEffect( () => {
			if ( wasSaving.current && ! isSaving && hasSucceeded ) {
				callback();
			}
			wasSaving.current = isSaving;
		}, [ isSaving ] );
	}

	/**
	 * Returns what is known about the post, and how to ask for more.
	 *
	 * Requests wait for each other: the one after a save then finds that the one before it has
	 * already sent the same text. They resolve to what WordPress answered, or to null.
	 *
	 * @param {number} postId Of the post that is edited.
	 */
	function useWhosaid( postId ) {
		const [ state, setState ] = useState( { entities: [], quotes: [] } );
		const [ waiting, setWaiting ] = useState( 0 );
		const last = useRef( Promise.resolve() );

		const request = ( path, data ) => {
			setWaiting( ( count ) => count + 1 );
			last.current = last.current
				.then( () =>
					wp.apiFetch( {
						path: `/whosaid/v1/posts/${ postId }${ path }`,
						...( data && { method: 'POST', data } ),
					} )
				)
				.then(
					( answer ) => {
						setState( answer );
						return answer;
					},
					( { message } ) => {
						setState( ( old ) => ( { ...old, problem: message } ) );
						return null;
					}
				)
				.finally( () => setWaiting( ( count ) => count - 1 ) );
			return last.current;
		};
		const refresh = async () => {
			const answer = await request( '' );
			if ( answer?.due ) {
				request( '/analysis', {} );
			}
		};
		useEffect( () => {
			refresh();
		}, [ postId ] );
		useAfterSave( refresh );

		return { state, isBusy: waiting > 0, request };
	}

	/**
	 * Returns which terms the edited post has, saved or not, and how to change them.
	 *
	 * @param {Object[]} entities Those whose terms matter.
	 */
	function useTerms( entities ) {
		const { editPost } = useDispatch( 'core/editor' );
		const { getEditedPostAttribute } = useSelect( 'core/editor' );
		const names = new Set( entities.flatMap( ( { terms } ) => terms.map( ( { attribute } ) => attribute ) ) );
		const edited = useSelect(
			( select ) =>
				Object.fromEntries(
					[ ...names ].map( ( name ) => [ name, select( 'core/editor' ).getEditedPostAttribute( name ) ] )
				),
			[ [ ...names ].join() ]
		);
		const change = ( terms, edit ) => {
			const edits = {};
			for ( const { attribute, id } of terms ) {
				const ids = edits[ attribute ] || getEditedPostAttribute( attribute ) || [];
				edits[ attribute ] = edit( ids, id );
			}
			editPost( edits );
		};
		return {
			has: ( { attribute, id } ) => ( edited[ attribute ] || [] ).includes( id ),
			add: ( terms ) => change( terms, ( ids, id ) => [ ...new Set( [ ...ids, id ] ) ] ),
			remove: ( terms ) => change( terms, ( ids, id ) => ids.filter( ( other ) => other !== id ) ),
		};
	}

	/**
	 * One name, with the buttons that accept and reject it.
	 *
	 * @param {Object}   props
	 * @param {Object}   props.entity     Whose name it is.
	 * @param {boolean}  props.isAccepted Whether the post has its tag.
	 * @param {Function} props.accept     Puts the tag on the post.
	 * @param {Function} props.remove     Takes it off again.
	 * @param {Function} props.reject     Has it not suggested again.
	 */
	function Suggestion( { entity, isAccepted, accept, remove, reject } ) {
		const { name, count, candidates, terms } = entity;
		/* translators: %d: how many times. */
		const named = sprintf( _n( 'Named %d time', 'Named %d times', count, 'whosaid' ), count );
		const toggle = isAccepted
			? /* translators: %s: a name. */
			  __( 'Remove the tag: %s', 'whosaid' )
			: /* translators: %s: a name. */
			  __( 'Accept as a tag: %s', 'whosaid' );
		return h(
			'li',
			{ className: 'whosaid-entity' },
			h(
				'span',
				{ className: 'whosaid-name' },
				name,
				h( 'small', null, isAccepted ? __( 'Accepted', 'whosaid' ) : named ),
				candidates.length > 0 &&
					h(
						'small',
						null,
						/* translators: %s: names. */
						sprintf( __( 'Several are known: %s', 'whosaid' ), candidates.join( ', ' ) )
					)
			),
			terms.length > 0 &&
				h( Button, {
					icon: 'yes',
					isPressed: isAccepted,
					label: sprintf( toggle, name ),
					onClick: isAccepted ? remove : accept,
				} ),
			h( Button, {
				icon: 'no-alt',
				/* translators: %s: a name. */
				label: sprintf( __( 'Reject for this post: %s', 'whosaid' ), name ),
				onClick: reject,
			} )
		);
	}

	/**
	 * All names that were found and not rejected, by type.
	 *
	 * @param {Object}   props
	 * @param {Object[]} props.entities Not rejected.
	 * @param {Function} props.row      Makes a list item of one.
	 */
	function Suggestions( { entities, row } ) {
		if ( ! entities.length ) {
			return h( 'p', null, __( 'No people, organisations or places to suggest.', 'whosaid' ) );
		}
		return TYPES.map( ( [ type, title ] ) => {
			const group = entities.filter( ( entity ) => entity.type === type );
			return (
				group.length > 0 &&
				h(
					Fragment,
					{ key: type },
					h( 'h3', { className: 'whosaid-heading' }, title ),
					h( 'ul', { className: 'whosaid-list' }, group.map( row ) )
				)
			);
		} );
	}

	/**
	 * Says who spoke, and plainly so where the text does not tell.
	 *
	 * @param {Object} quote One of the answer.
	 */
	function nameSpeaker( { status, speakers } ) {
		if ( status === 'unattributed' || ! speakers.length ) {
			return __( 'Speaker unknown: the text does not say who', 'whosaid' );
		}
		return status === 'ambiguous'
			? /* translators: %s: names. */
			  sprintf( __( 'Speaker unclear, perhaps: %s', 'whosaid' ), speakers.join( ', ' ) )
			: speakers.join( ', ' );
	}

	/**
	 * All quotes, those of one speaker together.
	 *
	 * @param {Object}   props
	 * @param {Object[]} props.quotes In the order of the text.
	 */
	function Quotes( { quotes } ) {
		if ( ! quotes.length ) {
			return h( 'p', null, __( 'No quotes found.', 'whosaid' ) );
		}
		const groups = new Map();
		for ( const quote of quotes ) {
			const speaker = nameSpeaker( quote );
			groups.set( speaker, [ ...( groups.get( speaker ) || [] ), quote ] );
		}
		return [ ...groups ].map( ( [ speaker, said ] ) =>
			h(
				Fragment,
				{ key: speaker },
				h(
					'h3',
					{ className: `whosaid-heading${ said[ 0 ].status === 'attributed' ? '' : ' is-unknown' }` },
					speaker
				),
				h(
					'ul',
					{ className: 'whosaid-list' },
					said.map( ( { kind, text }, at ) =>
						h(
							'li',
							{ key: at, className: 'whosaid-quote' },
							/* translators: %s: the words of a direct quote. */
							kind === 'direct' ? sprintf( __( '“%s”', 'whosaid' ), text ) : text,
							REPORTED[ kind ] && h( 'small', null, REPORTED[ kind ] )
						)
					)
				)
			)
		);
	}

	/**
	 * Says what the lists below are about, and what is wrong if something is.
	 *
	 * @param {Object}  props
	 * @param {Object}  props.state  What WordPress answered.
	 * @param {boolean} props.isBusy Whether an answer is awaited.
	 */
	function Status( { state, isBusy } ) {
		const { problem, current, time } = state;
		const about = current
			? /* translators: %s: date and time. */
			  __( 'About the saved text, read on %s.', 'whosaid' )
			: /* translators: %s: date and time. */
			  __( 'About another text than the saved one, read on %s.', 'whosaid' );
		const read = time && new Date( time ).toLocaleString( [], { dateStyle: 'medium', timeStyle: 'short' } );
		const settled = time ? sprintf( about, read ) : __( 'Not analyzed yet.', 'whosaid' );
		return h(
			Fragment,
			null,
			problem && h( Notice, { status: 'error', isDismissible: false }, problem ),
			h( 'div', { className: 'whosaid-status' }, isBusy ? __( 'Asking Whosaid …', 'whosaid' ) : settled )
		);
	}

	/**
	 * What was rejected, with a way back.
	 *
	 * @param {Object}   props
	 * @param {Object[]} props.entities   Rejected.
	 * @param {Function} props.reconsider Takes one of them.
	 */
	function Rejected( { entities, reconsider } ) {
		const row = ( entity ) =>
			h(
				'li',
				{ key: entity.key, className: 'whosaid-entity' },
				h( 'span', { className: 'whosaid-name' }, entity.name ),
				h(
					Button,
					{
						variant: 'link',
						/* translators: %s: a name. */
						'aria-label': sprintf( __( 'Suggest again: %s', 'whosaid' ), entity.name ),
						onClick: () => reconsider( entity ),
					},
					__( 'Suggest again', 'whosaid' )
				)
			);
		return h( 'ul', { className: 'whosaid-list' }, entities.map( row ) );
	}

	/**
	 * The side bar. It is also there while it is closed, so that posts are analyzed then too.
	 */
	function Whosaid() {
		const postId = useSelect( ( select ) => select( 'core/editor' ).getCurrentPostId(), [] );
		const { getEditedPostAttribute, getEditedPostContent } = useSelect( 'core/editor' );
		const { state, isBusy, request } = useWhosaid( postId );
		const terms = useTerms( state.entities );
		const suggested = state.entities.filter( ( entity ) => ! entity.rejected );
		const rejected = state.entities.filter( ( entity ) => entity.rejected );

		const accept = async ( { key } ) => {
			const answer = await request( '/decisions', { key, decision: 'accept' } );
			if ( answer ) {
				terms.add( answer.entities.find( ( entity ) => entity.key === key ).terms );
			}
		};
		const reject = async ( { key, name, terms: own } ) => {
			if ( ! ( await request( '/decisions', { key, decision: 'reject' } ) ) ) {
				return;
			}
			// Two entities of one name share a tag: it stays for the other one.
			const others = suggested.filter( ( other ) => other.key !== key );
			const shared = new Set( others.flatMap( ( other ) => other.terms.map( ( { id } ) => id ) ) );
			terms.remove( own.filter( ( { id } ) => ! shared.has( id ) ) );
			/* translators: %s: a name. */
			wp.a11y.speak( sprintf( __( 'Rejected: %s', 'whosaid' ), name ) );
		};
		const analyze = () =>
			request( '/analysis', {
				title: getEditedPostAttribute( 'title' ),
				content: getEditedPostContent(),
				again: true,
			} );
		const row = ( entity ) =>
			h( Suggestion, {
				key: entity.key,
				entity,
				isAccepted: entity.terms.some( terms.has ),
				accept: () => accept( entity ),
				remove: () => terms.remove( entity.terms ),
				reject: () => reject( entity ),
			} );

		return h(
			Fragment,
			null,
			h( PluginSidebarMoreMenuItem, { target: 'whosaid' }, __( 'Whosaid', 'whosaid' ) ),
			h(
				PluginSidebar,
				{ name: 'whosaid', title: __( 'Whosaid', 'whosaid' ), className: 'whosaid' },
				h(
					PanelBody,
					null,
					h(
						Button,
						{ variant: 'secondary', isBusy, 'aria-disabled': isBusy, onClick: () => isBusy || analyze() },
						__( 'Analyze now', 'whosaid' )
					),
					h( Status, { state, isBusy } )
				),
				state.time &&
					h( PanelBody, { title: __( 'Suggested tags', 'whosaid' ) }, h( Suggestions, { entities: suggested, row } ) ),
				rejected.length > 0 &&
					h(
						PanelBody,
						{
							/* translators: %d: how many. */
							title: sprintf( __( 'Rejected (%d)', 'whosaid' ), rejected.length ),
							initialOpen: false,
						},
						h( Rejected, {
							entities: rejected,
							reconsider: ( { key } ) => request( '/decisions', { key, decision: 'reconsider' } ),
						} )
					),
				state.time &&
					h( PanelBody, { title: __( 'Quotes by speaker', 'whosaid' ) }, h( Quotes, { quotes: state.quotes } ) )
			)
		);
	}

	wp.plugins.registerPlugin( 'whosaid', { icon: 'format-quote', render: Whosaid } );
} )( window.wp );
